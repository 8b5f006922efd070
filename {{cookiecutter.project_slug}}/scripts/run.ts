/**
 * Runs the checks and tests of every part of the project, side by side: each script `check:…` and
 * `test` of the package.json in each folder, or only `test`. Prints a line for each that succeeds,
 * and everything that a failing one printed. Names choose parts or single scripts, as in
 * `bun run check frontend backend:test`.
 *
 *     bun scripts/run.ts check|test [PART[:SCRIPT]…]
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fail, ROOT } from "./lib/environment";
import { requireTools } from "./lib/tools";
import { preparePython, prepareVenv, toolVenv } from "./lib/venv";

/** A script of a part's package.json. */
interface Step {
  part: string;
  script: string;
  command: string;
  /** The part and the script, as the output shows them. */
  name: string;
}

/** Lists the steps of every part. */
function findSteps(kind: string): Step[] {
  const manifests = [...new Bun.Glob("*/package.json").scanSync(ROOT)].toSorted();
  return manifests.flatMap((path) => {
    const part = dirname(path);
    const { scripts = {} } = JSON.parse(readFileSync(join(ROOT, path), "utf8"));
    return Object.entries<string>(scripts)
      .filter(([script]) => script === "test" || (kind === "check" && script.startsWith("check:")))
      .map(([script, command]) => {
        return { part, script, command, name: `${part}:${script.replace("check:", "")}` };
      });
  });
}

/** Runs a step; returns whether it succeeded. */
async function run({ part, script, name }: Step): Promise<boolean> {
  const started = performance.now();
  // one file for both keeps the lines in their order
  const folder = mkdtempSync(join(tmpdir(), "run-"));
  const log = join(folder, "log");
  const file = openSync(log, "a");
  const child = Bun.spawn(["bun", "run", "--silent", script], {
    cwd: join(ROOT, part),
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: "1" }) },
    stdio: ["ignore", file, file],
  });
  const status = await child.exited;
  closeSync(file);
  const printed = readFileSync(log, "utf8");
  rmSync(folder, { recursive: true });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (status === 0) console.log(`✓ ${name} (${seconds} s)`);
  else console.log(`${printed.trimEnd()}\n✗ ${name} failed (${seconds} s)`);
  return status === 0;
}

/** Runs steps, as many at a time as the machine has processors; returns the names that failed. */
async function runAll(steps: Step[]): Promise<string[]> {
  const waiting = [...steps];
  const failed: string[] = [];
  const work = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      if (!(await run(step))) failed.push(step.name);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return failed;
}

const [kind = "", ...names] = process.argv.slice(2);
const steps = findSteps(kind);
const isNamed = (step: Step, name: string) => name === step.part || name === step.name;
const unknown = names.filter((name) => !steps.some((step) => isNamed(step, name)));
if (unknown.length > 0) {
  fail(
    `${unknown.join(", ")} doesn't exist. Choose from: ${steps.map(({ name }) => name).join(", ")}.`,
  );
}
const chosen = steps.filter((step) => !names.length || names.some((name) => isNamed(step, name)));
requireTools("node", "packages");
preparePython();
// before two steps do so at once
if (chosen.some(({ command }) => command.includes("--packages scripts"))) {
  prepareVenv(toolVenv("scripts"));
}
const failed = await runAll(chosen);
if (failed.length > 0) fail(`Failed: ${failed.join(", ")}`);
