// Starts Chromium with a generated project's own Playwright, and measures the time from Send to the first text.
import { createRequire } from "node:module";
import { join } from "node:path";

export const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";

interface Locator {
  fill(text: string): Promise<void>;
  focus(): Promise<void>;
  isVisible(): Promise<boolean>;
  pressSequentially(text: string, options: { delay: number }): Promise<void>;
  waitFor(): Promise<void>;
}

/** The part of Playwright's page that the benches use. */
export interface Page {
  close(): Promise<void>;
  evaluate<T>(run: () => T | Promise<T>): Promise<T>;
  getByPlaceholder(text: string): Locator;
  getByRole(role: string, options: { name: string }): Locator;
  getByText(text: string, options: { exact: boolean }): Locator;
  goto(url: string, options?: { waitUntil: "networkidle" }): Promise<unknown>;
  keyboard: { press(key: string): Promise<void> };
  on(event: "request", listener: () => void): void;
  route(
    url: string,
    respond: (route: { fulfill(response: object): Promise<void> }) => Promise<void>,
  ): Promise<void>;
  unroute(url: string): Promise<void>;
}

export interface Browser {
  close(): Promise<void>;
  newPage(): Promise<Page>;
}

/** Starts Chromium with the Playwright of an installed project. */
export function launch(project: string): Promise<Browser> {
  const { chromium } = createRequire(join(project, "e2e/package.json"))("@playwright/test");
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

interface Times {
  sent: number;
  answered: Promise<number>;
}

/** Asks a question in an open page, and returns the milliseconds from Send to the answer's first text. */
export async function millisecondsToText(
  page: Page,
  question: string,
  typingSeconds = 0,
): Promise<number> {
  await page.evaluate(() => {
    const times = globalThis as unknown as Times;
    const answers = document.getElementsByClassName("answer");
    const before = answers.length;
    document.addEventListener("submit", () => (times.sent = performance.now()), {
      capture: true,
      once: true,
    });
    times.answered = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        const text = answers[answers.length - 1]?.querySelector("[data-testid=answer]");
        if (answers.length > before && text?.textContent) resolve(performance.now());
      });
      observer.observe(document.body, { childList: true, characterData: true, subtree: true });
    });
  });
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  await prompt.focus();
  if (typingSeconds === 0) await prompt.fill(question);
  else {
    await prompt.pressSequentially(question, { delay: (typingSeconds * 1000) / question.length });
  }
  await page.keyboard.press("Enter");
  return page.evaluate(async () => {
    const times = globalThis as unknown as Times;
    return (await times.answered) - times.sent;
  });
}
