/**
 * Reports what is missing or wrong on this machine and in this project, with a fix for each
 * problem: `bun run doctor`. Exits with 1 if developing the app is affected; problems that matter
 * only to previews or deployments are notes. With names, runs only those checks, and every problem
 * counts, as before a deployment.
 *
 *     bun scripts/doctor.ts [CHECK…]
 */
import { fail } from "./lib/environment";
import { requireTools } from "./lib/tools";

/** Looks for one kind of problem, and changes nothing. */
interface Check {
  /** Checks that have to succeed first; otherwise this one is skipped. */
  after?: string[];
  /** The tasks that need it, if `bun run dev` and `bun run check` don't: its problems are notes. */
  neededBy?: string;
  /** Returns a sentence with a fix for each problem. */
  problems(): string[] | Promise<string[]>;
}

/** Checks by name, in the order in which they run. */
export type Checks = Record<string, Check>;

/** Loads the checks in `checks.ts` of each folder here: those in doctor/, then each target's. */
async function loadChecks(): Promise<Checks> {
  const found = [...new Bun.Glob("*/checks.ts").scanSync(import.meta.dir)].toSorted();
  const paths = new Set(["doctor/checks.ts", ...found]);
  const modules = await Promise.all(Array.from(paths, (path) => import(`./${path}`)));
  return Object.assign({}, ...modules.map(({ checks }) => checks));
}

/** Runs checks and prints their sentences; returns the numbers of problems and of notes. */
async function run(checks: Checks, all: boolean): Promise<{ problems: number; notes: number }> {
  const failed = new Set<string>();
  const count = { problems: 0, notes: 0 };
  for (const [name, { after = [], neededBy, problems }] of Object.entries(checks)) {
    if (after.some((other) => failed.has(other))) {
      failed.add(name); // so that the checks after this one are skipped too
      continue;
    }
    for (const problem of await problems()) {
      failed.add(name);
      const isNote = all && neededBy !== undefined;
      if (isNote) console.log(`Only ${neededBy} need this: ${problem}`);
      else console.error(problem);
      count[isNote ? "notes" : "problems"] += 1;
    }
  }
  return count;
}

requireTools(); // with an old bun, other checks would fail for the wrong reason
const names = process.argv.slice(2);
const all = await loadChecks();
const unknown = names.filter((name) => !Object.hasOwn(all, name));
if (unknown.length > 0) {
  fail(`No check is called ${unknown.join(" or ")}. There are: ${Object.keys(all).join(", ")}.`);
}
const runsAll = names.length === 0;
const chosen = Object.entries(all).filter(([name]) => runsAll || names.includes(name));
const { problems, notes } = await run(Object.fromEntries(chosen), runsAll);
if (problems > 0) process.exit(1);
if (runsAll) console.log(notes > 0 ? "Nothing else is wrong." : "No problems found.");
