import { readFile } from "node:fs/promises";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { overflow } from "./layout.ts";

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [320, 1440]) {
    test(`plain elements: ${colorScheme}, ${width} px`, async ({ page }, testInfo) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const css = await readFile("../frontend/src/app.css", "utf8");
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
