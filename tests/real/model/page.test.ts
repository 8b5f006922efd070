import { expect, type Page, test } from "@playwright/test";

const answers = (page: Page) => page.getByTestId("answer");

/** As a first question, a small model answers this with the same few words, again and again. */
const LONG = "What is the capital of France?";

/** Sends a message. */
async function send(page: Page, message: string) {
  await page.getByRole("textbox", { name: "Prompt" }).fill(message);
  await page.getByRole("button", { name: "Send" }).click();
}

test("a real model is stopped and answers the next question", async ({ page }) => {
  test.setTimeout(240_000);
  const patient = { timeout: 100_000 };
  await page.goto("/");
  await send(page, LONG);
  await expect(answers(page)).toContainText(/\w/, patient);
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
  await send(page, "Say hello.");
  await expect(page.getByText("Done", { exact: true })).toBeVisible(patient);
  await expect(answers(page).nth(1)).toContainText(/\w/);
});
