import { expect, type Page, test } from "@playwright/test";

/** Sends a prompt and waits for the end of its answer. */
async function ask(page: Page, prompt: string) {
  await page.getByRole("textbox", { name: "Prompt" }).fill(prompt);
  await page.getByRole("button", { name: "Send" }).click();
}

const answer = (page: Page) => page.getByRole("region", { name: "assistant" }).last();

test("useChat has a conversation with the backend", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto("/chat");
  await ask(page, "one");
  await expect(answer(page)).toContainText("You said: [user] one");
  const source = answer(page).getByRole("link", { name: "A page" });
  await expect(source).toHaveAttribute("href", "https://example.com/page");
  await ask(page, "two");
  await expect(answer(page)).toContainText("[user] one [assistant] You said: [user] one [user] two");
  expect(complaints).toEqual([]);
});

test("a failure is shown as a sentence below the text", async ({ page }) => {
  await page.goto("/chat");
  await ask(page, "fail");
  await expect(page.getByRole("alert")).toHaveText("Ask about one city.");
  await expect(answer(page)).toContainText("You said:");
});

test("a refused message is shown as a sentence", async ({ page }) => {
  await page.goto("/chat");
  await ask(page, "x".repeat(10_001));
  await expect(page.getByRole("alert")).toHaveText(
    "The message is too long: at most 10,000 characters.",
  );
});

test("Stop ends the answer on the server", async ({ page }) => {
  await page.goto("/chat");
  await ask(page, "wait");
  await expect(page.getByText("Waiting for you…")).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Waiting for you…")).toBeHidden();
  await ask(page, "who left?");
  await expect(answer(page)).toContainText("wait");
});
