import { cleanup, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { Markdown } from "./Markdown";

afterEach(cleanup);

/** Renders a text that is whole, and returns its HTML. */
function html(text: string, complete = true): string {
  const { container, unmount } = render(<Markdown text={text} complete={complete} />);
  const [, inner = ""] = /^<div class="markdown">(.*)<\/div>$/s.exec(container.innerHTML) ?? [];
  unmount();
  return inner;
}

const A = '<a href="https://example.com/" target="_blank" rel="noreferrer noopener">';

test.each([
  ["One\ntwo\n\nthree", "<p>One\ntwo</p><p>three</p>"],
  ["One  \ntwo\\\nthree", "<p>One<br>two<br>three</p>"],
  ["# One #\n\n### Two", "<h1>One</h1><h3>Two</h3>"],
  ["One\n===\nTwo\n---\n\n---", "<h1>One</h1><h2>Two</h2><hr>"],
  [
    "*a* __b__ ***c*** ~~d~~",
    "<p><em>a</em> <strong>b</strong> <em><strong>c</strong></em> <del>d</del></p>",
  ],
  ["`` a`b `` and `c\nd`", "<p><code>a`b</code> and <code>c d</code></p>"],
  ["\\*a\\* &amp; &#65;&#x42; &unknown; &#0;", "<p>*a* &amp; AB &amp;unknown; \ufffd</p>"],
  [
    "- a\n- b\n  1. c\n\n     d",
    '<ul><li><p>a</p></li><li><p>b</p><ol start="1"><li><p>c</p><p>d</p></li></ol></li></ul>',
  ],
  ["7. a\n8. b", '<ol start="7"><li><p>a</p></li><li><p>b</p></li></ol>'],
  [
    "- [x] a\n- [ ] b",
    '<ul><li><p><input disabled="" aria-label="Done" type="checkbox" checked=""> a</p></li><li><p><input disabled="" aria-label="To do" type="checkbox"> b</p></li></ul>',
  ],
  ["> a\n> b\n>\n> - c", "<blockquote><p>a\n b</p><ul><li><p>c</p></li></ul></blockquote>"],
  [
    "| a | b |\n|:-:|--:|\n| `c\\|d` | *e* | f |\n| g",
    '<div class="scroll" tabindex="0"><table><thead><tr><th class="center">a</th><th class="right">b</th></tr></thead><tbody><tr><td class="center"><code>c|d</code></td><td class="right"><em>e</em></td></tr><tr><td class="center">g</td><td class="right"></td></tr></tbody></table></div>',
  ],
  ["[a *b*](https://example.com)", `<p>${A}a <em>b</em></a></p>`],
  ["[[1]](https://example.com)", `<p>${A}[1]</a></p>`],
  ["[a][B  c] [b c]\n\n[b C]: <https://example.com> 'title'", `<p>${A}a</a> ${A}b c</a></p>`],
  ["[a] [b][c] x[0]", "<p>[a] [b][c] x[0]</p>"],
  [
    "<https://example.com> https://example.com.",
    `<p>${A}https://example.com</a> ${A}https://example.com</a>.</p>`,
  ],
  [
    "www.example.com a@b.cd",
    '<p><a href="https://www.example.com/" target="_blank" rel="noreferrer noopener">www.example.com</a> <a href="mailto:a@b.cd" target="_blank" rel="noreferrer noopener">a@b.cd</a></p>',
  ],
  [
    "![a *b*](https://example.com) ![](https://example.com)",
    `<p>${A}a <em>b</em></a> ${A}https://example.com</a></p>`,
  ],
  ["[a](/b) [c](#d) [e](javascript:f) [g](file:///h)", "<p>a c e g</p>"],
  [
    "<b>a</b> *c*\n\n<script>\nalert(1)\n</script>",
    "<p>&lt;b&gt;a&lt;/b&gt; <em>c</em></p><p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>",
  ],
])("%j is shown as %s", (text, expected) => {
  expect(html(text)).toBe(expected);
});

test("a code block shows its language, and its code can be copied", async () => {
  const user = userEvent.setup();
  render(<Markdown text={"> ```ts x\n> const a = 1;\n>\n>   b();\n> ```\n> after"} complete />);
  const code = "const a = 1;\n\n  b();";
  expect(document.querySelector("pre > code")?.textContent).toBe(code);
  screen.getByText("ts");
  await user.click(screen.getByRole("button", { name: "Copy code" }));
  expect(await navigator.clipboard.readText()).toBe(code);
});

test.each([
  ["a **b", "<p>a <strong>b</strong></p>"],
  ["a **", "<p>a</p>"],
  ["a **b*", "<p>a <strong>b</strong></p>"],
  ["a `b", "<p>a <code>b</code></p>"],
  ["a **b\n", "<p>a <strong>b</strong></p>"],
  ["> a **b\n> ", "<blockquote><p>a **b</p></blockquote>"],
  ["- a\n- **b", "<ul><li><p>a</p></li><li><p><strong>b</strong></p></li></ul>"],
  ["a [b", "<p>a b</p>"],
  ["a [b](https://exa", "<p>a b</p>"],
  ["a ![b](https://exa", "<p>a b</p>"],
  ["a\n-", "<p>a</p>"],
  ["a\n\n> #", "<p>a</p>"],
  ["```\na\n``", html("```\na\n")],
  ["| a | **b", html("| a | **b** |\n|-|-|")],
  ["| a | b |\n| -", html("| a | b |\n|-|-|")],
  ["| a | b |\n|-|-|\n| *c", html("| a | b |\n|-|-|\n| *c* |")],
  ["**a\n\nb", "<p>**a</p><p>b</p>"],
  ["**a\n\n", "<p>**a</p>"],
])("%j is shown as %s while it grows", (text, expected) => {
  expect(html(text, false)).toBe(expected);
});

const RUNS = 50;

/** What Markdown is made of, and what attacks are. */
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

test("a text that arrives in pieces ends up as if it had come whole", () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), (pieces) => {
      const { container, rerender, unmount } = render(<Markdown text="" />);
      let grown = "";
      for (const piece of pieces) {
        grown += piece;
        rerender(<Markdown text={grown} />);
      }
      expect(container.innerHTML).toBe(`<div class="markdown">${html(grown, false)}</div>`);
      rerender(<Markdown text={grown} complete />);
      expect(container.innerHTML).toBe(`<div class="markdown">${html(grown)}</div>`);
      unmount();
    }),
    { numRuns: RUNS },
  );
}, 60_000);

/** Every element that may appear, with the attributes that it may have. */
const ALLOWED = new Map(
  "blockquote br code del em figcaption figure h1 h2 h3 h4 h5 h6 hr li p span strong table tbody thead tr ul"
    .split(" ")
    .map((name): [string, string[]] => [name, []]),
)
  .set("a", ["href", "target", "rel"])
  .set("button", ["type", "class"])
  .set("div", ["class", "tabindex"])
  .set("input", ["type", "disabled", "checked", "aria-label"])
  .set("ol", ["start"])
  .set("path", ["d"])
  .set("pre", ["tabindex"])
  .set("svg", ["class", "viewBox", "aria-hidden"])
  .set("td", ["class"])
  .set("th", ["class"]);

/** Lists what a rendered text has that it must not have. */
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

test("hostile text makes no element, attribute or address that Markdown does not need", () => {
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
];

test.each(REPEATED)(
  "ten thousand characters of %j neither throw nor nest without end",
  (part) => {
    const text = part.repeat(10_000 / part.length);
    expect(forbidden(text, false)).toEqual([]);
    expect(forbidden(`${text}a)]*\n\n---`, false)).toEqual([]);
  },
  60_000,
);
