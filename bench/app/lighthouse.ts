// Runs Lighthouse on a page, and prints each run's scores by category as JSON.
//
//   bun bench/app/lighthouse.ts URL RUNS
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHROMIUM } from "../browser.ts";

const [url = "", runs = "1"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "lighthouse-"));
const file = join(folder, "report.json"); // Lighthouse exits before it has written a whole report to a pipe
const command = ["bunx", "lighthouse@13.5.0", url, "--quiet", "--output=json"];
command.push(`--output-path=${file}`);
command.push("--only-categories=performance,accessibility,best-practices,seo");
command.push("--chrome-flags=--headless=new --no-sandbox");

const scores: Record<string, number[]> = {};
for (let run = 0; run < Number(runs); run++) {
  const env = { ...process.env, CHROME_PATH: CHROMIUM };
  const child = Bun.spawn(command, { env, stdout: "ignore", stderr: "ignore" });
  const status = await child.exited;
  if (status !== 0) throw new Error(`${command.join(" ")} ended with status ${status}.`);
  const { categories } = JSON.parse(readFileSync(file, "utf8"));
  for (const [name, { score }] of Object.entries<{ score: number }>(categories)) {
    scores[name] = [...(scores[name] ?? []), score * 100];
  }
}
rmSync(folder, { recursive: true });
console.log(JSON.stringify(scores));
