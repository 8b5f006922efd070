// Measures a generated project: what its page weighs, Lighthouse, and the development loop.
//
//   make bench-app > bench/app/results.md
//
// It gets an installed project and NAME=URL of each server of its production build, which Lighthouse judges.
// Chromium stands at /usr/bin/chromium.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { weigh } from "./weight.ts";

const RUNS = 5;
/** Milliseconds between edits: watchers and bytecode tell times apart by up to a second. */
const PACE = 1100;
const CHROMIUM = "/usr/bin/chromium";
const [folder = ".", ...targets] = process.argv.slice(2);
const project = resolve(folder);

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Lighthouse's four scores, each the median of some runs, by category. */
async function lighthouse(url: string): Promise<Record<string, number>> {
  const scores: Record<string, number[]> = {};
  for (let i = 0; i < RUNS; i++) {
    const command = ["bunx", "lighthouse@13.5.0", url, "--quiet", "--output=json"];
    command.push("--only-categories=performance,accessibility,best-practices,seo");
    command.push("--chrome-flags=--headless=new --no-sandbox");
    const child = Bun.spawn(command, {
      env: { ...process.env, CHROME_PATH: CHROMIUM },
      stderr: "ignore",
    });
    const report = JSON.parse(await new Response(child.stdout).text());
    for (const [name, { score }] of Object.entries<{ score: number }>(report.categories)) {
      scores[name] = [...(scores[name] ?? []), score * 100];
    }
  }
  return Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, median(values)]));
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > deadline) throw new Error("It did not happen within 30 seconds.");
    await Bun.sleep(5);
  }
}

/** Changes a file, gives back the milliseconds until a condition holds, and restores the file. */
async function edit(
  path: string,
  from: string,
  to: string,
  seen: (text: string) => Promise<boolean>,
) {
  const file = join(project, path);
  const text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`${path} has no ${from}.`);
  await Bun.sleep(PACE);
  const started = performance.now();
  writeFileSync(file, text.replace(from, to));
  await until(() => seen(to));
  const milliseconds = performance.now() - started;
  await Bun.sleep(PACE);
  writeFileSync(file, text);
  await until(() => seen(from));
  return milliseconds;
}

/** The development loop, in milliseconds: start to page, and from saving a file to seeing it. */
async function developmentLoop() {
  const { chromium } = createRequire(join(project, "e2e/package.json"))("@playwright/test");
  const url = "http://localhost:5173";
  const started = performance.now();
  // Python may keep its bytecode, as on a developer's machine.
  const { PYTHONDONTWRITEBYTECODE: _, ...env } = process.env;
  const dev = Bun.spawn(["bun", "run", "dev"], {
    cwd: project,
    env,
    stdout: "ignore",
    stderr: "inherit",
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    await until(async () => (await fetch(`${url}/api/health`)).ok);
    const start = performance.now() - started;
    const page = await browser.newPage();
    await page.goto(url);
    const python: number[] = [];
    const react: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      python.push(
        await edit("backend/app/__init__.py", '"0.1.0"', '"0.1.1"', async (version) =>
          (await (await fetch(`${url}/env`)).text()).includes(version),
        ),
      );
      react.push(
        await edit("frontend/src/Composer.tsx", "Ask something…", "Ask anything…", (text) =>
          page.getByPlaceholder(text).isVisible(),
        ),
      );
    }
    return { start, python: median(python), react: median(react) };
  } finally {
    await browser.close();
    dev.kill("SIGTERM");
    await dev.exited;
  }
}

const { script: first, floor: floorBytes, css } = weigh(project);
const scores: Record<string, Record<string, number>> = {};
for (const target of targets) {
  const [name = "", url = ""] = target.split(/=(.*)/);
  scores[name] = await lighthouse(url);
}
const loop = await developmentLoop();
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;

console.log(`# The app: weight, Lighthouse, development loop

\`make bench-app\` (${targets.join(", ")}); medians of ${RUNS} runs on ${navigator.hardwareConcurrency} cores.

| what | measured | floor or bound |
| --- | --- | --- |
| JavaScript of the first page, gzip | ${first} bytes | ${floorBytes} (React and react-dom, same build): + ${first - floorBytes}, at most + 4096 |
| CSS, gzip | ${css} bytes | at most 6144 |
${Object.entries(scores)
  .flatMap(([server, categories]) =>
    Object.entries(categories).map(
      ([name, score]) =>
        `| Lighthouse 13.5.0, ${server}, ${name} | ${score} | at least ${name === "performance" ? 98 : 100} |`,
    ),
  )
  .join("\n")}
| \`bun run dev\` to the first answer of the API, environment there | ${seconds(loop.start)} | |
| a saved \`.py\` file to its effect | ${seconds(loop.python)} | under 1 s |
| a saved \`.tsx\` file to its effect | ${seconds(loop.react)} | under 1 s |`);
