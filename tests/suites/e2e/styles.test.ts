import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { overflow } from "./page.ts";

/** Reads a style sheet and, before it, those that it imports. */
async function readStyles(path: string): Promise<string> {
  const css = await readFile(path, "utf8");
  const imports = [...css.matchAll(/@import "(.+)"/g)];
  const imported = imports.map(([, name = ""]) => readFile(join(dirname(path), name), "utf8"));
  return [...(await Promise.all(imported)), css].join("\n");
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [320, 1440]) {
    test(`plain elements: ${colorScheme}, ${width} px`, async ({ page }, testInfo) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const css = await readStyles("../frontend/src/app.css");
      const html = await readFile("plain-elements.html", "utf8");
      await page.setContent(
        `<!doctype html><html lang="en"><title>Plain elements</title><style>${css}</style>${html}`,
      );
      await testInfo.attach("screenshot", {
        body: await page.screenshot({ fullPage: true, path: testInfo.outputPath("page.png") }),
        contentType: "image/png",
      });
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      const card = await page.locator("section.card").first().boundingBox();
      const heading = await page.getByRole("heading", { name: "A table" }).boundingBox();
      expect(Number(heading?.x) - Number(card?.x)).toBeGreaterThanOrEqual(16);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations).toEqual([]);
    });
  }
}
