import type { Locator, Page } from "@playwright/test";

/** By how many pixels the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** Records an element's height in each frame from now on, less the height of a part of it. */
export async function recordHeights(element: Locator, part?: Locator) {
  const excluded = await part?.elementHandle();
  return element.evaluateHandle((node, excluded) => {
    const height = (of: Element) => of.getBoundingClientRect().height;
    const heights: number[] = [];
    const record = () => {
      heights.push(Math.round(height(node) - (excluded ? height(excluded) : 0)));
      requestAnimationFrame(record);
    };
    record();
    return heights;
  }, excluded);
}
