/**
 * Locks the Python and JavaScript packages again, after a change to `backend/pyproject.toml`, a
 * `requirements.in`, or a package.json: `bun run lock`. Versions stay as they are unless
 * `--upgrade` is given, which also takes the latest version of bun.
 *
 * It writes `config.imagePython` of package.json into the Dockerfiles, and checks that this Python
 * can install the backend's packages on both architectures.
 */
import { writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { config, workspaces } from "../package.json";
import {
  fail,
  listDockerfiles,
  pythonEnvironment,
  ROOT,
  readManifest,
  readText,
} from "./lib/environment";
import { output, requireTools, succeeds } from "./lib/tools";
import { acceptedVersions } from "./lib/venv";

/** uv doesn't need to download a version of Python to resolve for it. */
const COMPILE = "pip compile --no-python-downloads --no-header";

/** Hashes for every platform, and no registry's address, so that each machine can use its own. */
const LOCK = "--quiet --universal --generate-hashes --no-emit-index-url";

/** Packages that keep their version, which depends on Node.js and on openapi-typescript. */
const HELD = ["@types/node", "typescript"];

/** The systems that the images are built for, as uv names them. */
const IMAGE_PLATFORMS = ["x86_64-manylinux_2_40", "aarch64-manylinux_2_40"];

const upgrade = process.argv.includes("--upgrade") ? ["--upgrade"] : [];

/** Runs a command; ends the process with a sentence if it fails. */
function run(cwd: string, ...command: string[]): void {
  if (succeeds(command, cwd, pythonEnvironment(process.env))) return;
  fail(`\`${command.slice(0, 3).join(" ")}\` failed: see above.`);
}

/** Locks the Python packages that a file lists, in a requirements file next to it. */
function compile(input: string, output: string, ...options: string[]): void {
  const command = `uv ${COMPILE} ${LOCK}`.split(" ").concat(upgrade, options);
  const python = acceptedVersions()[0].replace(/^>=/, "");
  const folder = join(ROOT, dirname(input));
  run(folder, ...command, "--python-version", python, basename(input), "--output-file", output);
}

/** Returns the names of the JavaScript packages to upgrade. */
function upgradable(): string[] {
  const names = ["", ...workspaces].flatMap((folder) => {
    const { dependencies, devDependencies } = readManifest(folder);
    return Object.keys({ ...dependencies, ...devDependencies });
  });
  return [...new Set(names)].filter((name) => !HELD.includes(name));
}

/** Replaces the matches of a pattern in a file of the project. */
function replace(path: string, pattern: RegExp, replacement: string): void {
  const text = readText(path);
  const written = text.replace(pattern, replacement);
  if (written !== text) writeFileSync(join(ROOT, path), written);
}

/** Writes a version after each match of a pattern, in package.json and the Dockerfiles. */
function writeVersion(pattern: RegExp, version: string): void {
  for (const path of ["package.json", ...listDockerfiles()]) replace(path, pattern, `$1${version}`);
}

/** Resolves the locked packages for the images on a platform; if that fails, returns why. */
function resolveForImage(platform: string, ...options: string[]): string | undefined {
  const target = ["--python-version", config.imagePython, "--python-platform", platform];
  const command = `uv ${COMPILE} --no-deps`.split(" ").concat(target, options);
  const { success, stderr } = Bun.spawnSync([...command, "requirements.txt"], {
    cwd: join(ROOT, "backend"),
    env: pythonEnvironment(process.env),
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (success) return undefined;
  const lines = stderr.toString().trim().split("\n");
  return lines.filter((line) => !line.startsWith("warning:")).join("\n");
}

/** Reports which package the images' Python can't install, and what to do about it. */
function checkImagePython(): void {
  for (const platform of IMAGE_PLATFORMS) {
    const problem = resolveForImage(platform, "--only-binary", ":all:");
    if (!problem) continue;
    const failure = resolveForImage(platform);
    if (failure) {
      fail(
        failure,
        `The images' Python ${config.imagePython} can't install this package on ${platform}. Set another ` +
          "version in config.imagePython in package.json, which is used for all images, and run `bun run lock`.",
      );
    }
    console.warn(
      `${problem}\nThe images have no compiler, so on ${platform} they can build this package from its ` +
        "source only if it is pure Python. If it isn't, set an older version in config.imagePython in package.json.",
    );
  }
}

requireTools("uv");
writeVersion(/(FROM python:)\d+\.\d+/g, config.imagePython);
compile("backend/pyproject.toml", "requirements.txt");
checkImagePython();
const development = ["--group", "dev", "--constraints", "requirements.txt"];
compile("backend/pyproject.toml", "requirements-dev.txt", ...development);
for (const input of new Bun.Glob("*/requirements.in").scanSync(ROOT)) {
  compile(input, "requirements.txt");
}
if (upgrade.length === 0) {
  run(ROOT, "bun", "install");
} else {
  run(ROOT, "bun", "update", "--latest", "--recursive", ...upgradable());
  const latest = output("bun", "info", "bun", "version") ?? fail("`bun info bun` failed.");
  writeVersion(/("bun@|oven\/bun:)\d+\.\d+\.\d+/g, latest);
}
// without the addresses that bun writes for packages from a registry other than npm's
replace("bun.lock", /^(\s+"[^"]+": \["[^"]+", )"https?:[^"]*"/gm, '$1""');
