import type { Page } from "@playwright/test";

/** By how many pixels the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** What a frame showed, heights in pixels. */
interface Frame {
  form: number;
  /** The height of the answer's card around its text, if there is a card. */
  card: number | undefined;
  isBusy: boolean;
}

/** Records each frame of the page from now on. */
export function recordFrames(page: Page) {
  return page.evaluateHandle(() => {
    const frames: Frame[] = [];
    const height = (element: Element) => element.getBoundingClientRect().height;
    const record = () => {
      const form = document.querySelector("form");
      const text = document.querySelector("[data-testid=answer]");
      const card = text?.closest(".card");
      frames.push({
        form: form ? height(form) : 0,
        card: card && text ? Math.round(height(card) - height(text)) : undefined,
        isBusy: text?.ariaBusy === "true",
      });
      requestAnimationFrame(record);
    };
    record();
    return frames;
  });
}
