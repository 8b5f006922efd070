// Hostile, random, and half-written Markdown, with the files of a generated project.
import { render } from "@testing-library/react";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Markdown } from "../markdown/Markdown";

/** Renders a text, and returns its HTML. */
function html(text: string, complete: boolean): string {
  const { container, unmount } = render(<Markdown text={text} complete={complete} />);
  const { innerHTML } = container;
  unmount();
  return innerHTML;
}

const RUNS = 50;

/** The parts of Markdown and of attacks. */
const PARTS = [
  ..."# ## - * + > >> 1. 7) | || |-|-| |:-:| --- === *** _ __ ** * ~~ ~ ` `` ``` ~~~ [ ] ( ) ![".split(
    " ",
  ),
  ..."]( ][ ]: [a]: [a] [ ] [x] < > </ <b> <!-- --> <script> </script> <img/onerror=f()> & &amp;".split(
    " ",
  ),
  ..."&#106; &#0; &#xD800; &colon; \\ \\* ! : https://a.bc/ http: www.a.bc a@b.cd javascript:f()".split(
    " ",
  ),
  ..."data:text/html,f JaVa\tscript&colon;f() vbscript:f mailto: //a.bc a b word 日本 שלום".split(
    " ",
  ),
  ...[
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    " ",
    "    ",
    "\t",
    "\0",
    "\ud800",
    "\udc00",
    "\u202e",
    "\u2067",
    "\u200b",
  ],
];
const text = fc
  .array(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PARTS) }, fc.string({ unit: "binary" })),
  )
  .map((parts) => parts.join(""));

test("a text that arrives in pieces ends up like one that arrives at once", () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), (pieces) => {
      const { container, rerender, unmount } = render(<Markdown text="" />);
      let grown = "";
      for (const piece of pieces) {
        grown += piece;
        rerender(<Markdown text={grown} />);
      }
      expect(container.innerHTML).toBe(html(grown, false));
      rerender(<Markdown text={grown} complete />);
      expect(container.innerHTML).toBe(html(grown, true));
      unmount();
    }),
    { numRuns: RUNS },
  );
}, 60_000);

/** Each element that may appear, with its attributes. */
const ALLOWED = new Map(
  "br code del em figcaption figure h1 h2 h3 h4 h5 h6 hr li p strong table tbody thead tr"
    .split(" ")
    .map((name): [string, string[]] => [name, []]),
)
  .set("a", ["href", "target", "rel"])
  .set("blockquote", ["dir"])
  .set("button", ["type", "class"])
  .set("div", ["class", "dir", "tabindex"])
  .set("input", ["type", "disabled", "checked", "aria-label"])
  .set("ol", ["dir", "start"])
  .set("path", ["d"])
  .set("pre", ["tabindex"])
  .set("span", ["class"])
  .set("svg", ["class", "viewBox", "aria-hidden"])
  .set("td", ["class"])
  .set("th", ["class"])
  .set("ul", ["dir"]);

/** Lists the elements, attributes, and addresses that a rendered text must not have. */
function forbidden(text: string, complete: boolean): string[] {
  const { container, unmount } = render(<Markdown text={text} complete={complete} />);
  const found = new Set<string>();
  const depths = new Map<Element | null, number>();
  for (const element of container.querySelectorAll("*")) {
    const name = element.localName;
    const depth = (depths.get(element.parentElement) ?? 0) + 1;
    depths.set(element, depth);
    if (depth > 100) found.add("too deep");
    const attributes = ALLOWED.get(name);
    if (!attributes) found.add(name);
    for (const attribute of element.getAttributeNames()) {
      if (!attributes?.includes(attribute)) found.add(`${name} ${attribute}`);
    }
    if (element instanceof HTMLAnchorElement) {
      if (!/^(https?|mailto):$/.test(element.protocol)) found.add(element.href);
      if (element.rel !== "noreferrer noopener") found.add(`rel ${element.rel}`);
      if (element.parentElement?.closest("a")) found.add("a in a");
    }
  }
  unmount();
  return [...found];
}

test("hostile text makes no element, attribute, or address that Markdown doesn't need", () => {
  fc.assert(
    fc.property(text, fc.boolean(), (text, complete) => {
      expect(forbidden(text, complete)).toEqual([]);
    }),
    { numRuns: 2 * RUNS },
  );
}, 60_000);

const REPEATED = [
  ..."> * _ ` ~ | # < ( [ ![ ]( &# \\ *a_ __a [a]( [a](b www.".split(" "),
  ...["> ", "- ", "1. > ", "*a ", "<a ", "\0", "[a]: b\n", "| a\n|-\n", "\n> - "],
  ...["*a_", "*a ", "a **b* ", "\\[", "<!--", "$$", "**重"],
];

test.each(REPEATED)(
  "ten thousand characters of %j neither throw nor nest too deep",
  (part) => {
    const text = part.repeat(10_000 / part.length);
    expect(forbidden(text, false)).toEqual([]);
    expect(forbidden(`${text}a)]*\n\n---`, false)).toEqual([]);
  },
  60_000,
);

/** Text that long, parsed as if none of its emphasis ended, would take minutes. */
test.each(["*a_", "*a ", "a **b* ", "__a", "[`a", "\\["])(
  "forty thousand characters of %j are rendered, in time for the test",
  (part) => {
    const text = part.repeat(40_000 / part.length);
    for (const complete of [false, true]) {
      const { container, unmount } = render(<Markdown text={text} complete={complete} />);
      expect(container.textContent?.length).toBeGreaterThan(10_000);
      unmount();
    }
  },
  20_000,
);

test("a long paragraph shows none of its markers", () => {
  const sentence = "A **bold word**, `some code`, and [a link](https://example.com/), then _more_ of it. ";
  for (let length = 0; length < sentence.length; length++) {
    const text = "a".repeat(length) + sentence.repeat(120);
    const { container, unmount } = render(<Markdown text={text} complete />);
    expect(container.textContent).not.toMatch(/[*`[\]_]/);
    unmount();
  }
}, 60_000);
