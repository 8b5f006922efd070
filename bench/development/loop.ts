// Measures the development loop of a generated project, and prints each round's milliseconds as JSON.
//
//   bun bench/development/loop.ts PROJECT ROUNDS
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../browser.ts";

/** Milliseconds between edits: file watchers and bytecode may not see a change within the same second. */
const PACE = 1100;
const URL = "http://localhost:5173";
const [project = "", rounds = "1"] = process.argv.slice(2);

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > deadline) throw new Error("The change had no effect within 30 seconds.");
    await Bun.sleep(5);
  }
}

/** Changes a file, returns the milliseconds until the change shows, and restores the file. */
async function edit(
  path: string,
  from: string,
  to: string,
  seen: (text: string) => Promise<boolean>,
): Promise<number> {
  const file = join(project, path);
  const text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`${path} doesn't contain ${from}.`);
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

// Python may keep its bytecode, as on a developer's machine.
const { PYTHONDONTWRITEBYTECODE: _, ...env } = process.env;
const browser = await launch(project);
const started = performance.now();
const dev = Bun.spawn(["bun", "run", "dev"], {
  cwd: project,
  env,
  stdout: "ignore",
  stderr: "ignore", // requests before the backend is ready print lines
});
try {
  await until(async () => (await fetch(`${URL}/api/health`)).ok);
  const start = [performance.now() - started];
  const page = await browser.newPage();
  await page.goto(URL);
  const python: number[] = [];
  const react: number[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    python.push(
      await edit("backend/app/__init__.py", '"0.1.0"', '"0.1.1"', async (version) =>
        (await (await fetch(`${URL}/env`)).text()).includes(version),
      ),
    );
    react.push(
      await edit("frontend/src/chat/Composer.tsx", "Ask something…", "Ask anything…", (text) =>
        page.getByPlaceholder(text).isVisible(),
      ),
    );
  }
  console.log(JSON.stringify({ start, python, react }));
} finally {
  await browser.close();
  dev.kill("SIGTERM");
  await dev.exited;
}
