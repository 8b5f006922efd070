// Asks a question in the page, and prints the milliseconds from Send to the first text of the answer.
//
//   bun bench/wake/ask.ts PROJECT URL SECONDS
//
// The prompt gets the focus at the start, and Send comes after so many seconds of typing.
import { createRequire } from "node:module";
import { join } from "node:path";

const [project = "", url = "", seconds = "0"] = process.argv.slice(2);
const QUESTION = "Why is the sky blue?";

const { chromium } = createRequire(join(project, "e2e/package.json"))("@playwright/test");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
const page = await browser.newPage();
await page.goto(url, { waitUntil: "networkidle" });
await page.evaluate(() => {
  const times = globalThis as unknown as { sent: number; answered: Promise<number> };
  document.addEventListener("submit", () => (times.sent = performance.now()), { capture: true });
  times.answered = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (document.querySelector("[data-testid=answer]")?.textContent) resolve(performance.now());
    });
    observer.observe(document.body, { childList: true, characterData: true, subtree: true });
  });
});
const prompt = page.getByRole("textbox", { name: "Prompt" });
await prompt.focus();
if (Number(seconds) === 0) await prompt.fill(QUESTION);
else {
  await prompt.pressSequentially(QUESTION, { delay: (Number(seconds) * 1000) / QUESTION.length });
}
await page.keyboard.press("Enter");
const milliseconds = await page.evaluate(async () => {
  const times = globalThis as unknown as { sent: number; answered: Promise<number> };
  return (await times.answered) - times.sent;
});
console.log(milliseconds);
await browser.close();
