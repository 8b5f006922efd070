/**
 * Locks the packages of Python and JavaScript again, after a change of `backend/pyproject.toml` or
 * a package.json: `bun run lock`. Locked versions stay as they are unless `--upgrade` is given.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, ROOT, withoutPythonTargets } from "./environment";
import { requireTools } from "./tools";
import { BACKEND } from "./venv";

/** Hashes for every platform; and no address of a registry, so that each machine can use its own. */
const COMPILE = "pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url";

const upgrade = process.argv.includes("--upgrade") ? ["--upgrade"] : [];

/** Runs a command; ends the process with a sentence if it fails. */
function run(cwd: string, ...command: string[]): void {
  const { success } = Bun.spawnSync(command, {
    cwd,
    env: withoutPythonTargets(process.env),
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (!success) fail(`\`${command.slice(0, 3).join(" ")}\` failed: see above.`);
}

/** Locks packages of `backend/pyproject.toml` in a requirements file beside it. */
function compile(output: string, ...options: string[]): void {
  const command = ["uv", ...COMPILE.split(" "), ...upgrade, ...options];
  run(BACKEND, ...command, "pyproject.toml", "--output-file", output);
}

/** Removes the addresses that bun writes for packages of a registry other than npm's. */
function removeAddresses(path: string): void {
  const address = /^(\s+"[^"]+": \["[^"]+", )"https?:[^"]*"/gm;
  writeFileSync(path, readFileSync(path, "utf8").replace(address, '$1""'));
}

requireTools("uv");
compile("requirements.txt");
compile("requirements-dev.txt", "--group", "dev", "--constraints", "requirements.txt");
run(ROOT, "bun", upgrade.length > 0 ? "update" : "install");
removeAddresses(join(ROOT, "bun.lock"));
