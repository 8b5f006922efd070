/**
 * Runs all scripts of package.json below a name, such as `check:lint` for `check`, side by side.
 * Prints a line for each that succeeds, and everything that a failing one has printed.
 *
 *     bun scripts/run-all.ts NAME
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { scripts } from "../package.json";
import { fail, ROOT } from "./environment";
import { preparePython } from "./python";
import { requireTools } from "./tools";

/** Runs a script; returns whether it succeeded. */
async function run(name: string): Promise<boolean> {
  const started = performance.now();
  // one file for both keeps the lines in their order
  const folder = mkdtempSync(join(tmpdir(), "run-all-"));
  const log = join(folder, "log");
  const file = openSync(log, "a");
  const child = Bun.spawn(["bun", "run", "--silent", name], {
    cwd: ROOT,
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

/** Runs scripts, as many at a time as the machine has processors; returns those that failed. */
async function runAll(names: string[]): Promise<string[]> {
  const waiting = [...names];
  const failed: string[] = [];
  const work = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      if (!(await run(name))) failed.push(name);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return failed;
}

const [name = ""] = process.argv.slice(2);
requireTools("node", "packages");
preparePython();
const failed = await runAll(Object.keys(scripts).filter((key) => key.startsWith(`${name}:`)));
if (failed.length > 0) fail(`Failed: ${failed.join(", ")}`);
