/**
 * Locks the packages of Python and JavaScript again, after a change of `backend/pyproject.toml`, a
 * `requirements.in` or a package.json: `bun run lock`. Versions stay as they are unless
 * `--upgrade` is given, which renews the project's version of bun as well.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { workspaces } from "../package.json";
import { fail, ROOT, withoutPythonTargets } from "./lib/environment";
import { output, requireTools } from "./lib/tools";
import { acceptedVersions } from "./lib/venv";

/** Hashes for every platform; and no address of a registry, so that each machine can use its own. */
const COMPILE = "pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url";

/** Packages that stay at their version: it follows the one of Node.js, and of openapi-typescript. */
const HELD = ["@types/node", "typescript"];

/** The files that name the version of bun; `bun run doctor` compares them. */
const BUN_PLACES = ["package.json", "Dockerfile", ".devcontainer/Dockerfile"];

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

/** Locks the Python packages that a file lists in a requirements file beside it. */
function compile(input: string, output: string, ...options: string[]): void {
  const command = ["uv", ...COMPILE.split(" "), ...upgrade, ...options];
  const python = acceptedVersions()[0].replace(/^>=/, "");
  const folder = join(ROOT, dirname(input));
  run(folder, ...command, "--python-version", python, basename(input), "--output-file", output);
}

/** Lists the JavaScript packages that take later versions. */
function upgradable(): string[] {
  const manifests = ["", ...workspaces].map((folder) => join(ROOT, folder, "package.json"));
  const names = manifests.flatMap((path) => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(path, "utf8"));
    return Object.keys({ ...dependencies, ...devDependencies });
  });
  return [...new Set(names)].filter((name) => !HELD.includes(name));
}

/** Removes the addresses that bun writes for packages of a registry other than npm's. */
function removeAddresses(path: string): void {
  const address = /^(\s+"[^"]+": \["[^"]+", )"https?:[^"]*"/gm;
  writeFileSync(path, readFileSync(path, "utf8").replace(address, '$1""'));
}

/** Writes the latest version of bun wherever one is named: `bun@1.4.5` or `oven/bun:1.4.5`. */
function upgradeBun(): void {
  const latest = output("bun", "info", "bun", "version") ?? fail("`bun info bun` failed.");
  for (const path of BUN_PLACES.map((place) => join(ROOT, place)).filter(existsSync)) {
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/("bun@|oven\/bun:)\d+\.\d+\.\d+/g, `$1${latest}`));
  }
}

requireTools("uv");
compile("backend/pyproject.toml", "requirements.txt");
compile(
  "backend/pyproject.toml",
  "requirements-dev.txt",
  ...["--group", "dev", "--constraints", "requirements.txt"],
);
for (const input of new Bun.Glob("*/requirements.in").scanSync(ROOT)) {
  compile(input, "requirements.txt");
}
if (upgrade.length === 0) {
  run(ROOT, "bun", "install");
} else {
  run(ROOT, "bun", "update", "--latest", "--recursive", ...upgradable());
  upgradeBun();
}
removeAddresses(join(ROOT, "bun.lock"));
