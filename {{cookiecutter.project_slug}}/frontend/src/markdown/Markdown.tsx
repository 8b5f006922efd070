import type { Tree } from "@lezer/common";
import { memo, type ReactNode, useState } from "react";
import { CopyButton } from "../ui/CopyButton";
import { Definitions, Inline } from "./Inline";
import {
  type Blocks,
  completeTable,
  findDefinitions,
  MAX_COLUMNS,
  parseBlocks,
  splitRow,
  withoutLoneMarker,
} from "./parser";

interface Props {
  text: string;
  /** Whether the text is whole. Until then, what is still open at its end is shown as if closed. */
  complete?: boolean;
}

/**
 * Shows Markdown as React elements. While the text grows, only its last block is parsed again.
 * HTML is shown as text; links lead to http, https and mailto; images become links.
 */
export function Markdown({ text, complete = false }: Props) {
  const shown = complete ? text : withoutLoneMarker(text);
  const [state, setState] = useState(() => parse(shown));
  let current = state;
  if (state.blocks.text !== shown) {
    current = parse(shown, state);
    setState(current);
  }
  const { tree } = current.blocks;
  return (
    <div className="markdown">
      <Definitions value={current.definitions}>
        <BlockList tree={tree} source={shown} open={!complete && !shown.endsWith("\n\n")} />
      </Definitions>
    </div>
  );
}

interface Parsed {
  blocks: Blocks;
  definitions: ReadonlyMap<string, string>;
}

function parse(text: string, previous?: Parsed): Parsed {
  const blocks = parseBlocks(text, previous?.blocks);
  const definitions = findDefinitions(blocks);
  const same =
    previous?.definitions.size === definitions.size &&
    [...definitions].every(([key, url]) => previous.definitions.get(key) === url);
  return { blocks, definitions: same ? previous.definitions : definitions };
}

interface BlockProps {
  tree: Tree;
  /** The text that the tree describes. */
  source: string;
  /** Whether the text may go on here. */
  open: boolean;
}

function BlockList({ tree, source, open }: BlockProps) {
  const blocks: ReactNode[] = [];
  for (let node = tree.topNode.firstChild; node; node = node.nextSibling) {
    if (!node.tree || node.name.endsWith("Mark")) continue;
    const text = source.slice(node.from, node.to);
    const isLast = !node.nextSibling;
    blocks.push(<Block key={node.from} tree={node.tree} source={text} open={open && isLast} />);
  }
  return blocks;
}

/** One block. The parser returns the same tree for it until its text changes. */
const Block = memo(
  (props: BlockProps) => {
    const { tree, source, open } = props;
    const { name } = tree.type;
    const heading = /^(?:ATX|Setext)Heading([1-6])$/.exec(name);
    if (heading) {
      const Heading = `h${heading[1]}` as "h1";
      return (
        <Heading>
          <Inline source={content(tree, source)} open={open} />
        </Heading>
      );
    }
    switch (name) {
      case "Blockquote":
        return (
          <blockquote>
            <BlockList {...props} />
          </blockquote>
        );
      case "BulletList":
        return (
          <ul>
            <BlockList {...props} />
          </ul>
        );
      case "OrderedList":
        return (
          <ol start={Number.parseInt(source, 10)}>
            <BlockList {...props} />
          </ol>
        );
      case "ListItem":
        return (
          <li>
            <BlockList {...props} />
          </li>
        );
      case "Task": {
        const done = /^\[x/i.test(source);
        return (
          <p>
            <input type="checkbox" disabled checked={done} aria-label={done ? "Done" : "To do"} />{" "}
            <Inline source={content(tree, source)} open={open} />
          </p>
        );
      }
      case "CodeBlock":
      case "FencedCode":
        return <Code {...props} />;
      case "HorizontalRule":
        return <hr />;
      case "Table":
        return <Table {...props} />;
      case "LinkReference":
        return null;
      default:
        return <Paragraph source={content(tree, source)} open={open} />;
    }
  },
  (before, after) => before.tree === after.tree && before.open === after.open,
);

/** A block's text without its markers, such as `##` and the `>` of each quoted line. */
function content(tree: Tree, source: string): string {
  let text = "";
  let position = 0;
  for (let mark = tree.topNode.firstChild; mark; mark = mark.nextSibling) {
    text += source.slice(position, mark.from);
    position = mark.to;
  }
  return (text + source.slice(position)).trim();
}

function Paragraph({ source, open }: { source: string; open: boolean }) {
  const table = open && completeTable(source);
  if (table) {
    const node = parseBlocks(table).tree.topNode.firstChild;
    if (node?.name === "Table" && node.tree) return <Table tree={node.tree} source={table} open />;
  }
  return (
    <p>
      <Inline source={source} open={open} />
    </p>
  );
}

function Code({ tree, source }: BlockProps) {
  const code = tree.topNode
    .getChildren("CodeText")
    .map(({ from, to }) => source.slice(from, to))
    .join("");
  const info = tree.topNode.getChild("CodeInfo");
  return (
    <figure>
      <figcaption>
        <span>{info && source.slice(info.from, info.to).split(/\s/, 1)}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what has the focus */}
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </figure>
  );
}

function Table({ tree, source, open }: BlockProps) {
  const head = tree.topNode.getChild("TableHeader");
  const delimiter = tree.topNode.getChild("TableDelimiter");
  if (!head || !delimiter) return null;
  const columns = source.slice(delimiter.from, delimiter.to);
  if (splitRow(columns).length > MAX_COLUMNS) return <p>{source}</p>;
  const rows = tree.topNode.getChildren("TableRow");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what has the focus
    <div className="scroll" tabIndex={0}>
      <table>
        <thead>
          <Row source={source.slice(head.from, head.to)} columns={columns} open={open} head />
        </thead>
        <tbody>
          {rows.map(({ from, to }, index) => (
            <Row
              key={from}
              source={source.slice(from, to)}
              columns={columns}
              open={open && index === rows.length - 1}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  source: string;
  /** The line under the table's head, such as `| --- | :-: |`. */
  columns: string;
  open: boolean;
  head?: boolean;
}

const Row = memo(({ source, columns, open, head = false }: RowProps) => {
  const Cell = head ? "th" : "td";
  const cells = splitRow(source);
  return (
    <tr>
      {splitRow(columns).map((column, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column has nothing else
        <Cell key={index} className={alignment(column)}>
          <Inline source={cells[index] ?? ""} open={open && index >= cells.length - 1} />
        </Cell>
      ))}
    </tr>
  );
});

function alignment(column: string): "center" | "right" | undefined {
  if (!column.endsWith(":")) return undefined;
  return column.startsWith(":") ? "center" : "right";
}
