import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { escapeHtml, namePage } from "./html.ts";

test("names are escaped", () => {
  expect(escapeHtml(`<Q&A> "it's"`)).toBe("&#60;Q&#38;A&#62; &#34;it&#39;s&#34;");
});

test("the page is named after package.json", async () => {
  const { transformIndexHtml } = namePage();
  if (typeof transformIndexHtml !== "function") throw new Error("It should be a function.");
  const source = await readFile("index.html", "utf8");
  const html = String(await Reflect.apply(transformIndexHtml, undefined, [source]));
  const page = new DOMParser().parseFromString(html, "text/html");
  expect(page.title).toBe(manifest.displayName.trim().replace(/\s+/g, " "));
  const meta = page.querySelector('meta[name="description"]');
  expect(meta?.getAttribute("content")).toBe(manifest.description);
});
