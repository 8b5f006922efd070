// Has a conversation in the page and takes pictures of it.
//
//   bun tools/pictures/record.ts PROJECT URL FOLDER
//
// Writes to FOLDER: `NNNN.png`, one for each frame; `times.json`, the frames' times in milliseconds;
// `dark.png`, the whole conversation in the dark theme; and `social.png`, a card for links to the repository.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [project = "", url = "", folder = ""] = process.argv.slice(2);
const FRAMES_PER_SECOND = 8;
const { questions } = JSON.parse(readFileSync(join(project, "backend/app/chat/examples.json"), "utf8"));
const QUESTIONS = [questions[0], questions[2]];
const VIEW = { width: 720, height: 760 };

const { chromium } = createRequire(join(project, "e2e/package.json"))("@playwright/test");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
const page = await browser.newPage({ viewport: VIEW, deviceScaleFactor: 1.5, colorScheme: "light" });
await page.goto(url, { waitUntil: "networkidle" });

const times: number[] = [];
let recording = true;

/** Takes pictures at a fixed rate until the conversation is over. */
async function record(): Promise<void> {
  while (recording) {
    const started = performance.now();
    const name = `${String(times.length).padStart(4, "0")}.png`;
    await page.screenshot({ path: join(folder, name), caret: "initial" });
    times.push(started);
    await Bun.sleep(Math.max(0, 1000 / FRAMES_PER_SECOND - (performance.now() - started)));
  }
}

async function converse(): Promise<void> {
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  await page.waitForTimeout(800);
  for (const [index, question] of QUESTIONS.entries()) {
    await prompt.pressSequentially(question, { delay: 45 });
    await page.keyboard.press("Enter");
    await page.getByTestId("answer").nth(index).waitFor();
    await page.getByText("Done", { exact: true }).waitFor();
    await page.waitForTimeout(1500);
  }
  recording = false;
}

await Promise.all([record(), converse()]);
writeFileSync(join(folder, "times.json"), JSON.stringify(times));

await page.setViewportSize({ ...VIEW, height: 1600 }); // fits the whole conversation
await page.emulateMedia({ colorScheme: "dark" });
await page.screenshot({ path: join(folder, "dark.png") });

// The card: a title, a sentence, and the upper part of the page.
const shot = readFileSync(join(folder, "dark.png")).toString("base64");
const card = await browser.newPage({ viewport: { width: 1280, height: 640 } });
await card.setContent(`<style>
  body { display: grid; grid-template: 640px / 1fr 1fr; gap: 64px; height: 640px; margin: 0; overflow: hidden;
    color: #eceef6; background: radial-gradient(50rem 26rem at 15% -6rem, #7c5cff60, transparent 70%), #0e0f14;
    font: 34px/1.4 system-ui, sans-serif }
  div { align-self: center; padding-left: 72px }
  h1 { margin: 0 0 24px; font-size: 60px; line-height: 1.15; letter-spacing: -0.03em }
  p { margin: 0; color: #a0a4b8 }
  img { width: 620px; margin-top: 72px; border: 1px solid #2a2d3a; border-radius: 16px }
</style>
<div><h1>React + FastAPI that streams</h1><p>One Cookiecutter template: Cloudflare containers, or one image.</p></div>
<img src="data:image/png;base64,${shot}">`);
await card.screenshot({ path: join(folder, "social.png") });
await browser.close();
