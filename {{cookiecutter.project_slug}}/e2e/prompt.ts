import type { Page } from "@playwright/test";

/** Types a prompt and sends it by keyboard. */
export async function ask(page: Page, prompt = "Why is the sky blue?"): Promise<void> {
  await page.getByRole("textbox", { name: "Prompt" }).fill(prompt);
  await page.keyboard.press("Enter");
}
