import { characterEntitiesHtml4 as names } from "character-entities-html4";

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
export function hideMath(text: string, complete: boolean): string {
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
