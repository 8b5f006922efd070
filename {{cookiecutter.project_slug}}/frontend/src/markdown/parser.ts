import { type Tree, TreeFragment } from "@lezer/common";
import {
  Autolink,
  InlineContext,
  type MarkdownConfig,
  parser,
  Strikethrough,
  Table,
  TaskList,
} from "@lezer/markdown";
import remend from "remend";

/** How deep lists and quotes may be nested: no browser lays out thousands of nested elements. */
const MAX_DEPTH = 32;
/** More columns are no table that anyone could read. */
export const MAX_COLUMNS = 100;
/** The longest text whose emphasis and links are parsed at once, which bounds what a task takes. */
const MAX_PIECE = 2000;

/** Lines that are nested deeper become paragraphs, with their markers as text. */
const DEPTH_LIMIT: MarkdownConfig = {
  parseBlock: [
    {
      name: "DepthLimit",
      before: "IndentedCode",
      parse(context, line) {
        if (context.depth <= MAX_DEPTH) return false;
        const { lineStart } = context;
        const end = lineStart + line.text.length;
        context.addElement(context.elt("Paragraph", lineStart + line.pos, end));
        context.nextLine();
        return true;
      },
    },
  ],
};

/**
 * `[text]` alone is a link only where the document defines its address. The parser, which does not
 * look, would take it for one and then refuse the link around it in `[[1]](https://…)`.
 */
const SHORTCUT: MarkdownConfig = {
  defineNodes: ["Shortcut"],
  parseInline: [
    {
      name: "Shortcut",
      before: "Link",
      parse(context, next, position) {
        if (next !== 93 /* ] */ || /[([]/.test(context.slice(position + 1, position + 2)))
          return -1;
        const index = context.findOpeningDelimiter(InlineContext.linkStart);
        const image = context.findOpeningDelimiter(InlineContext.imageStart);
        if (index === null || (image !== null && image > index)) return -1;
        const from = context.getDelimiterAt(index)?.from ?? position;
        const content = context.takeContent(index);
        return context.addElement(context.elt("Shortcut", from, position + 1, content));
      },
    },
  ],
};

const BLOCK_PARSERS = [
  ...["ATXHeading", "Blockquote", "BulletList", "FencedCode", "HTMLBlock", "HorizontalRule"],
  ...["IndentedCode", "LinkReference", "OrderedList", "SetextHeading"],
];
const INLINE_PARSERS = [
  ...["Emphasis", "Entity", "Escape", "HTMLTag", "HardBreak", "Image", "InlineCode"],
  ...["Link", "LinkEnd"],
];

// Blocks are parsed as the text grows, and what is in them when they are shown.
const blockParser = parser.configure([
  [Table, TaskList, DEPTH_LIMIT],
  { remove: [...INLINE_PARSERS, "HTMLBlock"] },
]);
const inlineParser = parser.configure([
  [Strikethrough, Autolink, SHORTCUT],
  { remove: BLOCK_PARSERS },
]);

/** A text and its blocks. */
export interface Blocks {
  text: string;
  tree: Tree;
}

/**
 * Finds the blocks of a text: paragraphs, lists, tables and so on, without what is in them.
 *
 * @param previous what this function returned for the text before it grew: blocks that are
 * complete are taken over from it, as the same objects.
 */
export function parseBlocks(text: string, previous?: Blocks): Blocks {
  if (!previous || !text.startsWith(previous.text)) return { text, tree: blockParser.parse(text) };
  const end = previous.text.length;
  const fragments = TreeFragment.applyChanges(TreeFragment.addTree(previous.tree), [
    { fromA: end, toA: end, fromB: end, toB: text.length },
  ]);
  return { text, tree: blockParser.parse(text, fragments) };
}

/** Parses what is in one block, or in a piece of it: emphasis, code, links and so on. */
export function parseInline(text: string): Tree {
  return inlineParser.parse(text);
}

/** Splits the content of a block into pieces that stay the same when the block grows. */
export function splitInline(text: string): string[] {
  const pieces = [];
  let from = 0;
  while (text.length - from > MAX_PIECE) {
    const space = text.slice(from, from + MAX_PIECE).search(/\s\S*$/);
    const to = from + (space > 0 ? space + 1 : MAX_PIECE);
    pieces.push(text.slice(from, to));
    from = to;
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** A last line that says nothing yet: `-` may become a list, a rule or an underlined heading. */
const LONE_MARKER = /^[\s>]*(?:(?:[-+*]|\d{1,9}[.)])\s+)?(?:[-+*_=~`|]{1,2}|#{1,6})$/;
/** A table of which only the head has arrived. */
const TABLE_HEAD = /^\|[^\n]+(?:\n[|:\s-]*)?$/;
/** Emphasis, code or a link that has just been opened, around nothing yet. */
const OPENED = /(^|[\s(])(?:\*{1,3}|_{1,3}|~{1,2}|`{1,2}|!?\[)$/;

/** Leaves a last line out that is still nothing but a marker. */
export function withoutLoneMarker(text: string): string {
  const lineStart = text.lastIndexOf("\n") + 1;
  return LONE_MARKER.test(text.slice(lineStart)) ? text.slice(0, lineStart) : text;
}

/** Adds the line under a table's head to a paragraph that is about to become a table. */
export function completeTable(text: string): string | undefined {
  if (!TABLE_HEAD.test(text)) return undefined;
  const [head = ""] = text.split("\n", 1);
  return `${head}\n|${"-|".repeat(splitRow(head).length)}`;
}

/** Splits a row of a table into its cells. */
export function splitRow(row: string): string[] {
  const inner = row.trim().replace(/^\||(?<!\\)\|$/g, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** Closes what is open at the end of a text that still grows, such as `**bold` or `[a](https:`. */
export function completeInline(text: string): string {
  return remend(text.replace(OPENED, "$1"), {
    comparisonOperators: false,
    htmlTags: false,
    katex: false,
    linkMode: "text-only",
    setextHeadings: false,
    singleTilde: false,
  });
}

/** The addresses that a text defines, as in `[label]: https://example.com`, by label. */
export function findDefinitions({ text, tree }: Blocks): ReadonlyMap<string, string> {
  const definitions = new Map<string, string>();
  if (!text.includes("]:")) return definitions;
  tree.iterate({
    enter({ name, node }) {
      if (name !== "LinkReference") return !/Paragraph|Heading|Code|Table|Task/.test(name);
      const label = node.getChild("LinkLabel");
      const url = node.getChild("URL");
      if (label && url) {
        const key = referenceKey(text.slice(label.from + 1, label.to - 1));
        if (!definitions.has(key)) definitions.set(key, text.slice(url.from, url.to));
      }
      return false;
    },
  });
  return definitions;
}

/** Labels are the same when they differ in case and spaces only. */
export function referenceKey(label: string): string {
  return label.trim().replace(/\s+/g, " ").toUpperCase();
}

const ENTITIES: Record<string, string> = {
  amp: "&",
  apos: "'",
  copy: "©",
  gt: ">",
  hellip: "…",
  lt: "<",
  mdash: "—",
  nbsp: "\u00a0",
  ndash: "–",
  quot: '"',
};

/** The character that `&lt;` or `&#60;` stands for. Rare names stay as they were written. */
export function decodeEntity(entity: string): string {
  const name = entity.slice(1, -1);
  if (!name.startsWith("#")) return (Object.hasOwn(ENTITIES, name) && ENTITIES[name]) || entity;
  const code = Number(name.slice(1).replace(/^x/i, "0x"));
  const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : "\ufffd";
}

/** The address of a link as it was written, if it is one that may be opened from the page. */
export function safeHref(written: string): string | undefined {
  const decoded = written
    .replace(/^<(.*)>$/s, "$1")
    .replace(/\\([!-/:-@[-`{-~])|&(?:#x?[\da-f]+|\w+);/gi, (match, escaped) =>
      escaped ? escaped : decodeEntity(match),
    );
  const url = URL.canParse(decoded) ? new URL(decoded) : undefined;
  return url && ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : undefined;
}
