import { characterEntitiesHtml4 as names } from "character-entities-html4";
import { Hooks, Lexer, type Links, type Token, Tokenizer } from "marked";
import remend from "remend";

/** How deep blocks and emphasis may nest: browsers can't lay out thousands of nested elements. */
const MAX_DEPTH = 32;
/** A table with more columns isn't readable, and each of its rows would get as many cells. */
const MAX_COLUMNS = 100;
/** How much of a block's content is parsed at once. */
export const MAX_PIECE = 3000;
/** How often a search for the end of emphasis or a link may fail in one piece. */
const MAX_FAILURES = 30;

/** Keeps HTML as text, and leaves text that takes too long to parse as it was written. */
class BoundedTokenizer extends Tokenizer {
  #depth = 0;
  #failures = 0;

  override html = () => undefined;
  override blockquote = this.#nested(super.blockquote);
  override list = this.#nested(this.#withoutTaskMarks(super.list));
  override link = this.#inline(/^!?\[/, super.link);
  override reflink = this.#inline(/^!?\[/, super.reflink);
  override emStrong = this.#inline(/^(?:\*+[^\s*]|_+[^\s_])/, this.#besideCjk(super.emStrong));
  override del = this.#inline(/^~+[^\s~]/, this.#besideCjk(super.del));

  override table(src: string) {
    const pipes = src.split("\n", 1)[0]?.split("|") ?? [];
    return pipes.length > MAX_COLUMNS ? undefined : super.table(src);
  }

  /** Limits how deep tokens nest. */
  #nested<Arguments extends unknown[], T>(parse: (...from: Arguments) => T) {
    return (...from: Arguments): T | undefined => {
      if (this.#depth === MAX_DEPTH) return undefined;
      this.#depth += 1;
      const token = parse.apply(this, from);
      this.#depth -= 1;
      return token;
    };
  }

  /** Also limits how often the search for a closing mark may fail. */
  #inline<Arguments extends [string, ...unknown[]], T>(
    opener: RegExp,
    parse: (...from: Arguments) => T,
  ) {
    const parseNested = this.#nested(parse);
    return (...from: Arguments): T | undefined => {
      if (!opener.test(from[0]) || this.#failures === MAX_FAILURES) return undefined;
      const token = parseNested(...from);
      if (!token) this.#failures += 1;
      return token;
    };
  }

  /** Removes task markers such as `[x]` in a loose list, as marked does in a tight one. */
  #withoutTaskMarks(parse: Tokenizer["list"]): Tokenizer["list"] {
    return (src) => {
      const list = parse.call(this, src);
      for (const { task, loose, tokens } of list?.items ?? []) {
        const [first] = tokens;
        if (task && loose && first && "text" in first)
          first.text = first.text.replace(/^.*?\] /, "");
      }
      return list;
    };
  }

  /** Lets any emphasis begin next to a Chinese, Japanese, or Korean character. */
  #besideCjk<T>(parse: (src: string, masked: string, previous?: string) => T) {
    return (src: string, masked: string, previous = ""): T => {
      const isBeside = BESIDE_CJK.test(previous + src);
      return parse.call(this, src, masked, isBeside ? "" : previous);
    };
  }
}

const CJK = "\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\u3000-\\u303f\\uff00-\\uffef";
const ANY_CJK = new RegExp(`[${CJK}]`, "gu");
const BESIDE_CJK = new RegExp(`^(?:[${CJK}][*~]+|[^*~_]?[*~]+[${CJK}])`, "u");
const CJK_BEFORE_PUNCTUATION = new RegExp(`[${CJK}](?=[*~]+(?![*~${CJK}])[\\p{P}\\p{S}])`, "gu");
const CJK_AFTER_PUNCTUATION = new RegExp(`(?<=(?![*~${CJK}])[\\p{P}\\p{S}][*~]+)[${CJK}]`, "gu");

/**
 * Lets emphasis end next to a Chinese, Japanese, or Korean character, as in `**重要：**これは`:
 * https://github.com/tats-u/markdown-cjk-friendly. Those languages put no spaces around it, so
 * their punctuation counts as letters, and their letters as punctuation next to punctuation.
 */
class CjkHooks extends Hooks {
  override emStrongMask(src: string): string {
    return src
      .replace(CJK_BEFORE_PUNCTUATION, (character) => "!".repeat(character.length))
      .replace(CJK_AFTER_PUNCTUATION, (character) => "!".repeat(character.length))
      .replace(ANY_CJK, (character) => "a".repeat(character.length));
  }
}

function newLexer(): Lexer {
  return new Lexer({ gfm: true, tokenizer: new BoundedTokenizer(), hooks: new CjkHooks() });
}

/**
 * Finds a text's blocks, without parsing their content, and the links that it defines. Until the
 * text is complete, syntax that is open at its end counts as closed.
 */
export function parseBlocks(text: string, complete: boolean): Lexer["tokens"] {
  const hidden = hideMath(text.replace(/\r\n?/g, "\n").replaceAll("\0", "\ufffd"), complete);
  const lexer = newLexer();
  lexer.blockTokens(complete ? hidden : completeBlocks(hidden), lexer.tokens);
  return lexer.tokens;
}

/** Parses the content of a block: emphasis, code, links, and so on. */
export function parseInline(text: string, links: Links): Token[] {
  const lexer = newLexer();
  lexer.tokens.links = links;
  return lexer.inlineTokens(text);
}

/**
 * Finds where a long text can be cut so that each piece can be parsed on its own, which bounds how
 * long that takes: at the last space outside emphasis, links, and code, open ones included.
 */
export function pieceEnd(text: string, links: Links): number {
  if (text.length <= MAX_PIECE) return text.length;
  let end = 0;
  let position = 0;
  for (const { type, raw } of parseInline(text.slice(0, MAX_PIECE), links)) {
    if (type === "text") {
      const [plain = ""] = raw.split(/[*_~`[<]/, 1);
      if (plain.includes(" ")) end = position + plain.lastIndexOf(" ") + 1;
      if (plain !== raw && position > MAX_PIECE / 2) break;
    }
    position += raw.length;
  }
  return end > MAX_PIECE / 2 ? end : MAX_PIECE; // or anywhere, if there is no space
}

/** A last line with no meaning yet: `-` may become a list, a rule, or an underlined heading. */
const UNFINISHED_LINE =
  /(?<=^|\n)[ \t>]*(?:(?:(?:[-+*]|\d{1,9}[.)])\s+)?(?:[-+*_=~`|]{1,2}|#{1,6})|\[(?!\^)[^\]\n]+\]:.*)$/;
/** A table of which only the header has arrived so far. */
const TABLE_HEAD = /(?<=^|\n\n)(\|[^\n]+)(?:\n[|:\s-]*)?$/;
/** Emphasis, code, or a link that has just been opened and has no content yet. */
const OPENED = /(^|[\s(])(?:\*{1,3}|_{1,3}|~{1,2}|`{1,2}|!?\[)$/;

/** Removes or completes the end of a text that is still growing, if it has no meaning yet. */
function completeBlocks(text: string): string {
  return text.replace(UNFINISHED_LINE, "").replace(TABLE_HEAD, (_, head: string) => {
    const columns = head.replace(/\\\||\|\s*$/g, "").split("|").length - 1;
    return `${head}\n|${"-|".repeat(columns)}`;
  });
}

/** Closes what is open at the end of a growing text, such as `**bold` or `[a](https:`. */
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

/** Math, or code, which contains no math. Neither extends beyond its paragraph. */
const MATH =
  /(`+)(?!`)(?:(?!\n\n).)+?(?<!`)\1(?!`)|(?<!\\)(?:\$\$(?:(?!\n\n).)+?\$\$|\\\((?:(?!\n\n).)+?\\\)|\\\[(?:(?!\n\n).)+?\\\])/gs;
/** The end of a growing text, if math is open there. */
const OPEN_MATH = /(?<!\\)(?:\$\$|\\[[(])(?:(?!\n\n|\$\$|\\[\])]).)*$/s;

/** Where the hidden characters are: at the end of the last plane for private use. */
const HIDDEN = 0x10ff00;

/**
 * Hides math from the parser, which would take its backslashes, underscores, and line breaks for
 * Markdown. `reveal` restores it.
 */
function hideMath(text: string, complete: boolean): string {
  const hidden = text.replace(MATH, (found) => (/^[^`]*\w/.test(found) ? hide(found) : found));
  return complete ? hidden : hidden.replace(OPEN_MATH, hide);
}

function hide(math: string): string {
  return math.replace(/[\0-\x7f]/g, (character) =>
    String.fromCodePoint(HIDDEN + character.charCodeAt(0)),
  );
}

/** Restores hidden math. */
export function reveal(text: string): string {
  return text.replace(/[\u{10ff00}-\u{10ff7f}]/gu, (character) =>
    String.fromCharCode(Number(character.codePointAt(0)) - HIDDEN),
  );
}

/** Replaces references such as `&lt;` and `&#60;`, and restores hidden math. */
export function decode(text: string): string {
  const reference = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi;
  return reveal(
    text.replace(reference, (written, decimal, hexadecimal, name) => {
      if (name) return (Object.hasOwn(names, name) && names[name]) || written;
      const code = decimal ? Number(decimal) : Number.parseInt(hexadecimal, 16);
      const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
      return isCharacter ? String.fromCodePoint(code) : "\ufffd";
    }),
  );
}
