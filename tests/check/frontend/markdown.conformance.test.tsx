// The examples of CommonMark's specification, and what GitHub's flavor adds, with the files of a generated project.
import { cleanup, render } from "@testing-library/react";
import { tests } from "commonmark-spec";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { afterEach, expect, test } from "vitest";
import { Markdown } from "../markdown/Markdown";

interface Example {
  number: number;
  markdown: string;
  html: string;
  /** Whether it has HTML, which the page shows as text. */
  hasHtml?: boolean;
}

/** Tables, strikethrough, task lists, and autolinks; micromark, which follows GFM's specification, is the reference. */
const GFM = [
  "| one | two |\n| --- | --- |\n| 1 | 2 |",
  "one | two\n--- | ---\n1 | 2",
  "| left | center | right |\n| :-- | :-: | --: |\n| 1 | 2 | 3 |",
  "| a |\n| --- |\n| `x \\| y` |\n| **x \\| y** |",
  "| a | b |\n| --- | --- |\n| 1 | 2 |\n> quote",
  "| a | b |\n| --- | --- |\n| 1 | 2 |\ntext\n\nafter",
  "| a | b |\n| --- |\n| 1 |",
  "| a | b |\n| --- | --- |\n| 1 |\n| 1 | 2 | 3 |",
  "| a | b |\n| --- | --- |",
  "before\n| a | b |\n| --- | --- |\n| 1 | 2 |",
  "- | a | b |\n  | --- | --- |\n  | 1 | 2 |",
  "> | a |\n> | - |\n> | 1 |",
  "| a |\n| - |\n| [x](https://example.com) *y* |\n\n# Heading",
  "| a |\n| - |\n| 1 |\n- item",
  "| a |\n| - |\n| 1 |\n```\ncode\n```",
  "~~gone~~ and ~also gone~",
  "~~one\n\ntwo~~",
  "a ~~~three~~~ b",
  "~~**bold** and `code`~~",
  "**~~both~~**",
  "a~~b~~c",
  "~~ spaces ~~",
  "\\~~escaped~~",
  "- [ ] open\n- [x] done",
  "- [X] done\n  - [ ] nested\n- plain",
  "1. [ ] first\n2. [x] second",
  "- [ ]no space",
  "- [y] not a task",
  "- text [ ] later",
  "[ ] not in a list",
  "www.example.org",
  "See www.example.org/help.",
  "www.example.org/a/b?c=d.",
  "(www.example.org/a_(b)) and www.example.org/a)).",
  "www.example.org/?q=(x)+y",
  "www.example.org/?q=x&copy;",
  "www.example.org/a<b",
  "http://example.org and https://example.org/a?b=c#d",
  "Visit https://example.org/a_b_c/~user, then go.",
  "(https://example.org)",
  "**https://example.org/a**",
  "someone@example.org",
  "hello+world@mail.example.org isn't @example",
  "a.b-c_d@example.org.",
  "a.b-c_d@example.org_",
  "https://example",
  "xhttps://example.org",
  "`https://example.org` [https://example.org](https://example.com)",
];

/** The examples of CommonMark's specification. */
const commonmark: Example[] = tests.map((example) => {
  const [markdown = "", html = ""] = [example.markdown, example.html].map((text) =>
    text.replaceAll("\u2192", "\t"),
  );
  const [safe, dangerous] = [false, true].map((allowDangerousHtml) =>
    micromark(markdown, { allowDangerousHtml, allowDangerousProtocol: true }),
  );
  return { number: example.number, markdown, html, hasHtml: safe !== dangerous };
});

const github: Example[] = GFM.map((markdown, number) => ({
  number,
  markdown,
  html: micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()] }),
}));

afterEach(cleanup);

/** Relative links are shown as text, so most examples of links get an address with a scheme. */
function withScheme(text: string): string {
  return text.replace(/\/(?=ur[il]\b)/g, "https:");
}

/** The address of a link that the page opens, or undefined. */
function addressOf(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed && /^(?:https?|mailto):$/.test(parsed.protocol) ? parsed.href : undefined;
}

/** Makes what the page renders from expected HTML: no titles, images as links, only safe links. */
function expected(html: string): Element {
  const root = document.createElement("div");
  root.innerHTML = withScheme(html);
  for (const image of root.querySelectorAll("img")) {
    const link = document.createElement("a");
    link.href = image.getAttribute("src") ?? "";
    link.textContent = image.alt || link.getAttribute("href");
    image.replaceWith(image.closest("a") ? (link.textContent ?? "") : link);
  }
  for (const link of root.querySelectorAll("a")) {
    const isBare = link.textContent?.startsWith("www.");
    const href = addressOf(isBare ? `https://${link.textContent}` : (link.getAttribute("href") ?? ""));
    link.removeAttribute("title");
    if (link.textContent === "") link.textContent = link.getAttribute("href");
    if (href) link.setAttribute("href", href);
    else link.replaceWith(...link.childNodes);
  }
  return normal(root);
}

/** What the page renders, without what only the page adds. */
function rendered(markdown: string): Element {
  const { container } = render(<Markdown text={withScheme(markdown)} complete />);
  const root = container.firstElementChild ?? container;
  for (const figure of root.querySelectorAll("figure")) figure.replaceWith(...figure.querySelectorAll("pre"));
  for (const scroll of root.querySelectorAll(".scroll")) scroll.replaceWith(...scroll.childNodes);
  return normal(root);
}

/** Removes what isn't compared: other attributes, images' formatting, and space between blocks. */
function normal(root: Element): Element {
  for (const element of root.querySelectorAll("*")) {
    const align = element.getAttribute("align") ?? element.className;
    for (const name of element.getAttributeNames()) {
      if (!["href", "start", "checked"].includes(name)) element.removeAttribute(name);
    }
    if (/^(?:center|right)$/.test(align)) element.setAttribute("class", align);
    if (element.getAttribute("start") === "1") element.removeAttribute("start");
  }
  root.normalize();
  return root;
}

/** Writes HTML with no more space than it needs. */
function written(root: Element): string {
  return root.innerHTML
    .replace(/(?<=<pre><code>)([\s\S]*?)\n?(?=<\/code><\/pre>)/g, (code) => code.trimEnd().replaceAll(" ", "\u00b7").replaceAll("\n", "\u23ce"))
    .replace(/\s*\n\s*/g, "\n")
    .replace(/\s*(<\/?(?:blockquote|h\d|hr|li|ol|p|pre|table|tbody|td|th|thead|tr|ul|br|input)\b[^>]*>)\s*/g, "$1")
    .replace(/<tbody><\/tbody>/g, "")
    .trim();
}

/** Lists the numbers of the examples that differ. */
function differing(list: Example[]): number[] {
  if (process.env.SHOW) console.log(`examples: ${list.length}`);
  return list
    .filter(({ markdown, html }) => written(rendered(markdown)) !== written(expected(html)))
    .map(({ number, markdown, html }) => {
      if (process.env.SHOW) console.log("differs:", number, JSON.stringify(markdown), "\n", written(expected(html)), "\n", written(rendered(markdown)));
      cleanup();
      return number;
    });
}

/** Examples that the page renders in another way, and why. */
const DIFFERENT = {
  25: "knows HTML 4's 252 character references, not all 2,125",
  573: "an image becomes a link, whose text keeps its emphasis",
  576: "the same",
  577: "the same",
  585: "the same",
  589: "the same",
  602: "GitHub's flavor finds the address",
  608: "the same",
  611: "the same",
  612: "the same",
};

test("570 of CommonMark's 580 examples without HTML", () => {
  const list = commonmark.filter(({ hasHtml }) => !hasHtml);
  expect(differing(list)).toEqual(Object.keys(DIFFERENT).map(Number));
  expect(list).toHaveLength(580);
});

test("all 72 examples with HTML show it as text", () => {
  const list = commonmark.filter(({ hasHtml }) => hasHtml);
  for (const { markdown } of list) {
    const text = rendered(markdown).textContent ?? "";
    for (const tag of markdown.match(/<[a-z/!?][^\n<>`*_]*>/gi) ?? []) expect(text).toContain(tag);
    cleanup();
  }
  expect(list).toHaveLength(72);
});

test("47 of 48 tables, strikethroughs, task lists, and autolinks of GitHub's flavor", () => {
  expect(differing(github)).toEqual([46]); // marked finds an address inside a word
  expect(github).toHaveLength(48);
});
