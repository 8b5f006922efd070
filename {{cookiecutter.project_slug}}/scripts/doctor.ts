/**
 * Says what is missing or wrong on this machine and in this project, each in one sentence with its
 * fix: `bun run doctor`. Exits with 1 if anything is. The names of checks run these alone, as
 * `bun run deploy` does; `--online` adds whether a newer release of the template is out.
 *
 *     bun scripts/doctor.ts [--online] [CHECK…]
 */
import { parseArgs } from "node:util";
import type { Checks } from "./doctor/check";
import { machine } from "./doctor/machine";
import { project } from "./doctor/project";
import { template } from "./doctor/template";
import { fail } from "./environment";
import { requireTools } from "./tools";

/** Finds the checks of what the app runs on: a `checks.ts` in a folder beside this file. */
async function findPlatformChecks(): Promise<Checks> {
  const paths = [...new Bun.Glob("*/checks.ts").scanSync(import.meta.dir)].toSorted();
  const modules = await Promise.all(paths.map((path) => import(`./${path}`)));
  return Object.assign({}, ...modules.map(({ checks }) => checks));
}

/** Runs checks and prints their sentences; returns whether there were none. */
async function run(checks: Checks): Promise<boolean> {
  const failed = new Set<string>();
  for (const [name, { after = [], problems }] of Object.entries(checks)) {
    if (after.some((other) => failed.has(other))) continue;
    for (const problem of await problems()) {
      console.error(problem);
      failed.add(name);
    }
  }
  return failed.size === 0;
}

requireTools(); // an old bun would find other problems
const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { online: { type: "boolean" } },
});
const all = { ...machine, ...project, ...(await findPlatformChecks()) };
const unknown = names.filter((name) => !Object.hasOwn(all, name));
if (unknown.length > 0) {
  fail(`No check is called ${unknown.join(" or ")}. There are: ${Object.keys(all).join(", ")}.`);
}
const chosen = Object.entries(all).filter(([name]) => names.length === 0 || names.includes(name));
const fine = await run({ ...Object.fromEntries(chosen), ...(values.online && template) });
if (!fine) process.exit(1);
if (names.length === 0) console.log("No problems found.");
