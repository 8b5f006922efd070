/** The tools that a command needs, and what is wrong with them. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { engines } from "../../package.json";
import { type Environment, fail, ROOT } from "./environment";

/** Returns what a command prints, or undefined if it is missing or fails. */
export function output(command: string, ...args: string[]): string | undefined {
  if (!Bun.which(command)) return undefined;
  const { success, stdout } = Bun.spawnSync([command, ...args], {
    cwd: ROOT,
    env: process.env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return success ? stdout.toString().trim() : undefined;
}

/** Runs a command that prints to this terminal; returns whether it succeeded. */
export function succeeds(command: string[], cwd = ROOT, env: Environment = process.env): boolean {
  const stdio: ["ignore", "inherit", "inherit"] = ["ignore", "inherit", "inherit"];
  return Bun.spawnSync(command, { cwd, env, stdio }).success;
}

/** Returns a sentence if a tool is missing or its version is outside the range. */
function checkVersion(name: string, found: string | undefined, range: string, remedy: string) {
  if (found && Bun.semver.satisfies(found, range)) return undefined;
  return `This needs ${name} ${range} and found ${found || "none"}: ${remedy}`;
}

function checkBun(): string | undefined {
  const remedy = "run `bun upgrade`, then `git checkout bun.lock` if `bun install` changed it";
  return checkVersion("bun", Bun.version, engines.bun, remedy);
}

function checkNode(): string | undefined {
  // where Node.js is missing, bun runs under the name `node`
  const found = output("node", "-p", "process.versions.bun ? '' : process.versions.node");
  return checkVersion("Node.js", found, engines.node, "https://nodejs.org");
}

function checkUv(): string | undefined {
  const found = output("uv", "--version")?.match(/\d+\.\d+\.\d+/)?.[0];
  return checkVersion("uv", found, engines.uv, "https://docs.astral.sh/uv/");
}

function checkDocker(): string | undefined {
  if (!Bun.which("docker")) return "Docker is missing: https://docs.docker.com/get-docker/";
  if (output("docker", "info") === undefined) {
    const { DOCKER_HOST } = process.env;
    if (!DOCKER_HOST) return "Docker isn't running: start it.";
    return `No Docker engine responds at DOCKER_HOST=${DOCKER_HOST}: start it, or unset the variable.`;
  }
  if (process.env.DOCKER_BUILDKIT !== "1" && output("docker", "buildx", "version") === undefined)
    return "Docker's BuildKit is missing: https://docs.docker.com/go/buildx/";
  return undefined;
}

/** Returns a sentence if a parent folder's package.json lists this project as a workspace. */
function checkParents(): string | undefined {
  for (let folder = dirname(ROOT); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (!existsSync(manifest)) continue;
    const { workspaces = [] } = JSON.parse(readFileSync(manifest, "utf8"));
    const patterns: string[] = workspaces.packages ?? workspaces;
    const path = relative(folder, ROOT).replaceAll("\\", "/");
    const matches = (pattern: string) =>
      new Bun.Glob(pattern.replace(/^\.\/|\/$/g, "")).match(path);
    const excluded = patterns.some((pattern) => pattern[0] === "!" && matches(pattern.slice(1)));
    if (!excluded && patterns.some(matches)) {
      return `${manifest} has this project as a workspace, so its packages can't be installed: add "!${path}" to the workspaces there, then run \`bun install\` here.`;
    }
  }
  return undefined;
}

function checkPackages(): string | undefined {
  if (/[#%?]/.test(ROOT))
    return `Vite can't work in a folder with #, % or ? in its path: rename or move ${ROOT}`;
  const isInstalled = existsSync(join(ROOT, "node_modules"));
  return checkParents() ?? (isInstalled ? undefined : "Run `bun install` first.");
}

const CHECKS = { docker: checkDocker, node: checkNode, packages: checkPackages, uv: checkUv };

/** What a command can require. bun itself is always checked. */
export type Tool = keyof typeof CHECKS;

/** Whether a word names a tool. */
export function isTool(word: string): word is Tool {
  return Object.hasOwn(CHECKS, word);
}

/** Returns a sentence for each tool that is missing or too old. If bun is too old, only that. */
export function toolProblems(tools: Tool[]): string[] {
  const bunProblem = checkBun();
  if (bunProblem) return [bunProblem];
  return tools.map((tool) => CHECKS[tool]()).filter((problem) => problem !== undefined);
}

/** Ends the process with a sentence for each tool that is missing or too old. */
export function requireTools(...tools: Tool[]): void {
  const problems = toolProblems(tools);
  if (problems.length > 0) fail(...problems);
}
