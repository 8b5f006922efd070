import { expect, type Page, test } from "@playwright/test";
import { ask } from "./page.ts";

/** Asks a question, and waits for the whole answer. */
async function converse(page: Page, prompt: string): Promise<void> {
  await ask(page, prompt);
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
}

/** Collects the conversations that the page sends. */
function recordMessages(page: Page): { role: string; content: string }[][] {
  const sent: { role: string; content: string }[][] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/stream")) sent.push(request.postDataJSON().messages);
  });
  return sent;
}

/** The distance in pixels from the window to the end of the page. */
function distanceFromEnd(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollHeight - innerHeight - scrollY);
}

test("the page sends the whole conversation, and New chat clears it", async ({ page }) => {
  await page.goto("/");
  const sent = recordMessages(page);
  await converse(page, "1 0");
  await page.reload();
  await expect(page.getByText("1 0", { exact: true })).toBeVisible();
  await converse(page, "2 0");
  expect(sent.at(-1)).toEqual([
    { role: "user", content: "1 0" },
    { role: "assistant", content: "0 " },
    { role: "user", content: "2 0" },
  ]);
  await expect(page.getByTestId("answer")).toHaveCount(2);
  await page.getByRole("button", { name: "New chat" }).click();
  await expect(page.getByTestId("answer")).toHaveCount(0);
  await converse(page, "3 0");
  expect(sent.at(-1)).toEqual([{ role: "user", content: "3 0" }]);
});

test("a reload stops the answer and keeps the text so far", async ({ page }) => {
  await page.goto("/");
  await ask(page, "200 0.05");
  await expect(page.getByTestId("answer")).toContainText("3 ");
  await page.reload();
  await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
  await expect(page.getByTestId("answer")).toContainText("3 ");
});

test("clicking an example asks it", async ({ page }) => {
  await page.goto("/");
  const sent = recordMessages(page);
  const example = page.locator("main li").first();
  const text = await example.textContent();
  await example.getByRole("button").click();
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  expect(sent).toEqual([[{ role: "user", content: text }]]);
  await expect(page.getByRole("region", { name: "Conversation" })).toBeFocused();
});

test("the page follows the end until the reader scrolls up", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 480 });
  await page.goto("/");
  await converse(page, "60 0.01 60");
  expect(await distanceFromEnd(page)).toBeLessThanOrEqual(1);
  await ask(page, "150 0.02 60");
  const answer = page.getByTestId("answer").last();
  await expect(answer).toContainText("9 ");
  await page.mouse.move(160, 200);
  await page.mouse.wheel(0, -200);
  await expect.poll(() => distanceFromEnd(page)).toBeGreaterThan(100);
  const position = await page.evaluate(() => scrollY);
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  expect(await page.evaluate(() => scrollY)).toBe(position);
  await converse(page, "1 0");
  expect(await distanceFromEnd(page)).toBeLessThanOrEqual(1);
});

test("a button scrolls to the newest text once the reader has scrolled up", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 480 });
  await page.goto("/");
  await converse(page, "60 0.01 60");
  const newest = page.getByRole("button", { name: "Scroll to the newest text" });
  await expect(newest).toHaveCount(0);
  await page.evaluate(() => scrollTo(0, 0));
  await newest.click();
  await expect.poll(() => distanceFromEnd(page)).toBeLessThanOrEqual(1);
  await expect(newest).toHaveCount(0);
});

test("the prompt stays visible", async ({ page }) => {
  await page.setViewportSize({ width: 768, height: 600 });
  await page.goto("/");
  await converse(page, "100 0 100");
  await page.evaluate(() => scrollTo(0, 0));
  await expect(page.getByRole("textbox", { name: "Prompt" })).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole("button", { name: "Send", exact: true })).toBeInViewport({
    ratio: 1,
  });
});

test("a sleeping server starts while the user types", async ({ page }) => {
  let respond = () => undefined as unknown;
  const asked = new Promise<void>((resolve) => {
    page.route("**/api/health", async (route) => {
      resolve();
      await new Promise<void>((resume) => (respond = resume));
      await route.continue();
    });
  });
  await page.goto("/");
  await page.getByRole("textbox", { name: "Prompt" }).pressSequentially("W");
  await asked;
  await expect(page.getByText("The server is starting…")).toBeVisible();
  respond();
  await expect(page.getByText("The server is starting…")).toHaveCount(0);
});

test("the first key press requests the server's health, once", async ({ page }) => {
  let count = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/api/health")) count++;
  });
  await page.goto("/", { waitUntil: "networkidle" });
  expect(count).toBe(0);
  const health = page.waitForResponse("**/api/health");
  await expect(page.getByRole("textbox", { name: "Prompt" })).toBeFocused();
  await page.keyboard.press("W");
  await health;
  await converse(page, "1 0");
  await page.getByRole("button", { name: "New chat" }).click();
  await converse(page, "1 0");
  expect(count).toBe(1);
});
