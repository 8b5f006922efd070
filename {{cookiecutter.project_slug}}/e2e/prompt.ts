import type { Locator, Page } from "@playwright/test";

/** Types a prompt and sends it with the keyboard. */
export async function ask(page: Page, prompt = "Why is the sky blue?"): Promise<void> {
  await page.getByRole("textbox", { name: "Prompt" }).fill(prompt);
  await page.keyboard.press("Enter");
}

/** Finds the alerts of the conversation and its form, whatever else the page shows. */
export function alerts(page: Page): Locator {
  return page.locator(".conversation, .composer").getByRole("alert");
}
