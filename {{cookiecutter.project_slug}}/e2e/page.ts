import type { Locator, Page } from "@playwright/test";

/** Types a prompt and sends it with the keyboard. */
export async function ask(page: Page, prompt = "Why is the sky blue?"): Promise<void> {
  await page.getByRole("textbox", { name: "Prompt" }).fill(prompt);
  await page.keyboard.press("Enter");
}

/** Finds the alerts of the conversation and its form, but no others on the page. */
export function alerts(page: Page): Locator {
  return page.locator(".conversation, .composer").getByRole("alert");
}

/** By how many pixels the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** A frame of the page, with heights in pixels. */
interface Frame {
  form: number;
  /** The height of the answer around its text, if there is one. */
  frame: number | undefined;
  isBusy: boolean;
}

/** Records each frame of the page from now on. */
export function recordFrames(page: Page) {
  return page.evaluateHandle(() => {
    const frames: Frame[] = [];
    const height = (element: Element) => element.getBoundingClientRect().height;
    const record = () => {
      const form = document.querySelector(".composer");
      const text = document.querySelector("[data-testid=answer]");
      const answer = text?.closest(".answer");
      frames.push({
        form: form ? height(form) : 0,
        frame: answer && text ? Math.round(height(answer) - height(text)) : undefined,
        isBusy: text?.ariaBusy === "true",
      });
      requestAnimationFrame(record);
    };
    record();
    return frames;
  });
}
