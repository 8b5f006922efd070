import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Markdown } from "./Markdown";

/** Renders a text, and returns its HTML without the `dir` attributes. */
function html(text: string, complete = true): string {
  const { container, unmount } = render(<Markdown text={text} complete={complete} />);
  const [, inner = ""] = /^<div class="markdown">(.*)<\/div>$/s.exec(container.innerHTML) ?? [];
  unmount();
  return inner.replaceAll(' dir="auto"', "");
}

const A = '<a href="https://example.com/" target="_blank" rel="noreferrer noopener">';
const checkbox = (label: string, checked = "") =>
  `<input disabled="" aria-label="${label}" type="checkbox"${checked}>`;

test.each([
  ["One\ntwo\n\nthree", "<p>One\ntwo</p><p>three</p>"],
  ["One  \ntwo\\\nthree", "<p>One<br>two<br>three</p>"],
  ["# One #\n\n### Two", "<h1>One</h1><h3>Two</h3>"],
  ["*a* __b__ ~~c~~", "<p><em>a</em> <strong>b</strong> <del>c</del></p>"],
  ["`` a`b `` and `c\nd`", "<p><code>a`b</code> and <code>c d</code></p>"],
  ["\\*a\\* &amp; &#65;&#x42; &unknown; &#0;", "<p>*a* &amp; AB &amp;unknown; \ufffd</p>"],
  ["7. a\n8. b\n   - c", '<ol start="7"><li>a</li><li>b<ul><li>c</li></ul></li></ol>'],
  ["- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"],
  [
    "- [x] a\n- [ ] b",
    `<ul><li>${checkbox("Done", ' checked=""')} a</li><li>${checkbox("To do")} b</li></ul>`,
  ],
  ["- [ ] a\n\n- b", `<ul><li>${checkbox("To do")} <p>a</p></li><li><p>b</p></li></ul>`],
  ["> a\n> b\n>\n> - c", "<blockquote><p>a\nb</p><ul><li>c</li></ul></blockquote>"],
  [
    "| a | b |\n|:-:|--:|\n| `c\\|d` | e<br>f |",
    '<div class="scroll" tabindex="0"><table><thead><tr><th class="center">a</th><th class="right">b</th></tr></thead><tbody><tr><td class="center"><code>c|d</code></td><td class="right">e<br>f</td></tr></tbody></table></div>',
  ],
  ["[a *b*](https://example.com)", `<p>${A}a <em>b</em></a></p>`],
  ["[[1]](https://example.com)", `<p>${A}[1]</a></p>`],
  ["[a][B  c] [b c]\n\n[b C]: <https://example.com> 'title'", `<p>${A}a</a> ${A}b c</a></p>`],
  [
    "[__proto__] [constructor]\n\n[__proto__]: https://example.com",
    `<p>${A}<strong>proto</strong></a> [constructor]</p>`,
  ],
  [
    "https://example.com. <https://example.com>",
    `<p>${A}https://example.com</a>. ${A}https://example.com</a></p>`,
  ],
  [
    "![a](https://example.com) ![](https://example.com)",
    `<p>${A}a</a> ${A}https://example.com</a></p>`,
  ],
  ["[a](/b) [c](#d) [e](javascript:f) [g](file:///h)", "<p>a c e g</p>"],
  [
    "<b>a</b> *c*\n\n<script>\nalert(1)\n</script>",
    "<p>&lt;b&gt;a&lt;/b&gt; <em>c</em></p><p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>",
  ],
  [
    "\\(a_1 \\cdot b_1\\)\n\n\\[\na\n+ b\n\\]\n\n$$x_1 * y_1 * z$$ `\\(`",
    "<p>\\(a_1 \\cdot b_1\\)</p><p>\\[\na\n+ b\n\\]</p><p>$$x_1 * y_1 * z$$ <code>\\(</code></p>",
  ],
  [
    "**重要：**これは**「強調」**です",
    "<p><strong>重要：</strong>これは<strong>「強調」</strong>です</p>",
  ],
  ['**"引用"**です。~~削除。~~次', '<p><strong>"引用"</strong>です。<del>削除。</del>次</p>'],
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

test("code is highlighted once its fence is closed", async () => {
  const text = "```js\nconst a = 1;\n```";
  const { rerender } = render(<Markdown text={text} />);
  expect(document.querySelector("pre span")).toBeNull();
  rerender(<Markdown text={`${text}\n\nAfter`} />);
  expect((await screen.findByText("const")).className).toBe("hljs-keyword");
  expect(document.querySelector("code")?.textContent).toBe("const a = 1;");
});

test.each([
  ["a **b", "<p>a <strong>b</strong></p>"],
  ["a **", "<p>a</p>"],
  ["a **b*", "<p>a <strong>b</strong></p>"],
  ["a `b", "<p>a <code>b</code></p>"],
  ["- a\n- **b", "<ul><li>a</li><li><strong>b</strong></li></ul>"],
  ["a [b](https://exa", "<p>a b</p>"],
  ["a ![b](https://exa", "<p>a b</p>"],
  ["a\n-", "<p>a</p>"],
  ["a\n\n> #", "<p>a</p>"],
  ["a \\(b_1 *c", "<p>a \\(b_1 *c</p>"],
  ["```\na\n``", html("```\na\n")],
  ["| a | **b", html("| a | **b** |\n|-|-|")],
  ["| a | b |\n| -", html("| a | b |\n|-|-|")],
  ["| a | b |\n|-|-|\n| *c", html("| a | b |\n|-|-|\n| *c* |")],
  ["**a\n\nb", "<p>**a</p><p>b</p>"],
])("%j is shown as %s while it grows", (text, expected) => {
  expect(html(text, false)).toBe(expected);
});
