/**
 * Runs scripts from the package.json in each folder side by side: `check` runs `test` and every
 * `check:…`; `test` and `fix` run the script of that name. Prints one line for a script that
 * succeeds, and the whole output of one that fails.
 *
 *     bun scripts/run.ts check|fix|test [--changed] [FOLDER[:SCRIPT]…]
 *
 * `--changed` checks only the folders that the uncommitted changes affect, and runs `test:changed`
 * instead of `test` where it exists. `affectedBy` in a package.json lists paths outside its folder.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { fail, ROOT, readManifest } from "./lib/environment";
import { output, requireTools } from "./lib/tools";
import { preparePython, prepareVenv, toolVenv } from "./lib/venv";

/** A script of a folder's package.json; the output shows it by its name. */
interface Step {
  folder: string;
  script: string;
  command: string;
  name: string;
}

/** The files that affect every folder. */
const SHARED = ["biome.json", "bun.lock", "package.json", "tsconfig.json"];

/** Lists the uncommitted changes, untracked files included. */
function changedFiles(): string[] {
  const changed = output("git", "diff", "--name-only", "--no-renames", "--relative", "-z", "HEAD");
  const untracked = output("git", "ls-files", "--others", "--exclude-standard", "-z");
  if (changed === undefined) return fail("`--changed` needs a git repository with a commit.");
  return `${changed}\0${untracked}`.split("\0").filter(Boolean);
}

/** Lists the steps of every folder that has any, or of those that the changes affect. */
function findSteps(kind: string, changes?: string[]): Step[] {
  const folders = Array.from(new Bun.Glob("*/package.json").scanSync(ROOT), dirname);
  return folders.toSorted().flatMap((folder) => {
    const { scripts = {}, affectedBy = [] } = readManifest(folder);
    const places = [`${folder}/`, ...affectedBy];
    const isAffected = (file: string) =>
      SHARED.includes(file) || places.some((place) => file.startsWith(place));
    if (changes && !changes.some(isAffected)) return [];
    const wanted = Object.keys(scripts).filter(
      (script) => script === kind || (kind === "check" && /^(check:.*|test)$/.test(script)),
    );
    return wanted.map((script) => {
      const chosen = changes && scripts[`${script}:changed`] ? `${script}:changed` : script;
      const name = `${folder}:${script.replace("check:", "")}`;
      return { folder, script: chosen, command: scripts[chosen] ?? "", name };
    });
  });
}

/** Runs a step; returns whether it succeeded. */
async function run({ folder, script, name }: Step): Promise<boolean> {
  const started = performance.now();
  // one file for both streams keeps the lines in order
  const temporary = mkdtempSync(join(tmpdir(), "run-"));
  const log = join(temporary, "log");
  const file = openSync(log, "a");
  const child = Bun.spawn(["bun", "run", "--silent", script], {
    cwd: join(ROOT, folder),
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: "1" }) },
    stdio: ["ignore", file, file],
  });
  const status = await child.exited;
  closeSync(file);
  const printed = readFileSync(log, "utf8");
  rmSync(temporary, { recursive: true });
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { changed: { type: "boolean" } },
});
const [kind = "", ...names] = positionals;
const all = findSteps(kind);
const isNamed = (step: Step, name: string) => name === step.folder || name === step.name;
const unknown = names.filter((name) => !all.some((step) => isNamed(step, name)));
if (unknown.length > 0) {
  fail(`Unknown: ${unknown.join(", ")}. Choose from: ${all.map(({ name }) => name).join(", ")}.`);
}
const found = values.changed ? findSteps(kind, changedFiles()) : all;
const steps = found.filter(
  (step) => names.length === 0 || names.some((name) => isNamed(step, name)),
);

requireTools("node", "packages");
preparePython();
// done here, so that two steps don't do it at once
if (steps.some(({ command }) => command.includes("--packages scripts"))) {
  prepareVenv(toolVenv("scripts"));
}
const failed = await runAll(steps);
if (failed.length > 0 && failed.every((name) => name.endsWith(":format"))) {
  fail("Only the formatting is wrong: run `bun run fix`.");
}
if (failed.length > 0) fail(`Failed: ${failed.toSorted().join(", ")}`);
if (steps.length === 0) console.log("No change affects anything that is checked.");
