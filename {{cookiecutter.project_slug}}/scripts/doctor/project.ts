/** Checks what is installed and set in this folder, and that its files are consistent. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { config, packageManager } from "../../package.json";
import { settingProblems } from "../lib/app-settings";
import { ROOT } from "../lib/environment";
import { findProblems } from "../lib/limited-paths";
import { listDockerfiles, packageProblems } from "../lib/packages";
import { output, toolProblems } from "../lib/tools";
import { BACKEND, BACKEND_VENV, isPrepared } from "../lib/venv";
import type { Checks } from "./check";

/** Compares the versions of bun and Python in the Dockerfiles with those in package.json. */
function dockerfileProblems(): string[] {
  return listDockerfiles().flatMap((path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    const bun = text.match(/oven\/bun:(\S+)/)?.[1];
    const pythons = Array.from(text.matchAll(/^FROM python:(\d+\.\d+)/gm), ([, found]) => found);
    const problems: string[] = [];
    if (bun && `bun@${bun}` !== packageManager)
      problems.push(
        `The tag of oven/bun in ${path} differs from packageManager in package.json: make both ${packageManager}.`,
      );
    if (pythons.some((python) => python !== config.imagePython))
      problems.push(
        `The tag of python in ${path} differs from config.imagePython in package.json: run \`bun run lock\`.`,
      );
    return problems;
  });
}

/** Returns the last line that a script prints when it fails. */
export function complaint(...command: string[]): string[] {
  const { success, stdout, stderr } = Bun.spawnSync(command, { stdio: ["ignore", "pipe", "pipe"] });
  const lines = `${stdout}${stderr}`.trim().split("\n");
  return success ? [] : lines.slice(-1);
}

/** Reads the packages in `backend/pyproject.toml`: their normalized names and their ranges. */
function wantedPackages(): [name: string, range: string][] {
  const manifest = readFileSync(join(BACKEND, "pyproject.toml"), "utf8");
  const { project, "dependency-groups": groups } = Bun.TOML.parse(manifest) as {
    project: { dependencies?: string[] };
    "dependency-groups"?: { dev?: string[] };
  };
  return [...(project.dependencies ?? []), ...(groups?.dev ?? [])].map((requirement) => {
    const [, name = "", range = ""] = /^([\w.-]+)(?:\[.*?\])?([^;]*)/.exec(requirement) ?? [];
    return [name.toLowerCase().replace(/[-_.]+/g, "-"), range.replaceAll(" ", "")];
  });
}

/** Whether a version is in a range; true for ranges that only Python understands. */
function isInRange(version: string, range: string): boolean {
  if (!/^\d+\.\d+\.\d+$/.test(version) || !/^([<>]=?[\d.]+,?)+$/.test(range)) return true;
  return Bun.semver.satisfies(version, range.replaceAll(",", " "));
}

/** Compares the packages in `backend/pyproject.toml` with those that are locked for it. */
function lockProblems(): string[] {
  const blocks = readFileSync(BACKEND_VENV.requirements, "utf8").split(/^(?=\S)/m);
  const locked = new Map(
    blocks
      .filter((block) => block.includes("backend (pyproject.toml"))
      .map((block) => block.split(/==| /) as [string, string]),
  );
  const wanted = new Map(wantedPackages());
  const wrong = [...new Set([...locked.keys(), ...wanted.keys()])].filter((name) => {
    const [version, range] = [locked.get(name), wanted.get(name)];
    return version === undefined || range === undefined || !isInRange(version, range);
  });
  if (wrong.length === 0) return [];
  return [
    `backend/pyproject.toml and its lock differ in ${wrong.join(", ")}: run \`bun run lock\`.`,
  ];
}

function venvProblems(): string[] {
  return isPrepared(BACKEND_VENV)
    ? []
    : ["backend/.venv is not current: run `bun run --cwd backend setup`."];
}

/** The checks of the project. */
export const project: Checks = {
  packages: {
    problems: () => {
      const missing = toolProblems(["packages"]);
      return missing.length > 0 ? missing : packageProblems();
    },
  },
  lock: { problems: lockProblems },
  venv: { after: ["uv", "python", "lock"], problems: venvProblems },
  config: {
    problems: () => [
      ...findProblems(config.limitedPaths, config.apiPaths),
      ...dockerfileProblems(),
    ],
  },
  settings: { after: ["uv", "python", "dotenv", "venv"], problems: settingProblems },
  types: {
    after: ["node", "packages", "uv", "python", "venv"],
    problems: () => complaint("bun", `${ROOT}/scripts/types-api.ts`, "--check"),
  },
};

/** Returns the latest version among the tags `vX.Y.Z` that `git ls-remote` lists. */
function latest(tags: string): string | undefined {
  const versions = Array.from(tags.matchAll(/refs\/tags\/v(\d+\.\d+\.\d+)$/gm), ([, v]) => v ?? "");
  return versions.toSorted(Bun.semver.order).at(-1);
}

/** Whether a commit of a repository contains a tag; only commits are downloaded. */
function contains(template: string, commit: string, tag: string): boolean {
  const clone = mkdtempSync(join(tmpdir(), "template-"));
  output("git", "clone", "--quiet", "--bare", "--filter=tree:0", "--", template, clone);
  const found = output("git", "-C", clone, "merge-base", "--is-ancestor", tag, commit);
  rmSync(clone, { recursive: true });
  return found !== undefined;
}

function releaseProblems(): string[] {
  const link = join(ROOT, ".cruft.json"); // the one that `cruft update` follows
  if (!existsSync(link)) return [];
  const { template, commit } = JSON.parse(readFileSync(link, "utf8"));
  const tags = output("git", "ls-remote", "--tags", "--", template);
  if (tags === undefined) return [`The template's releases can't be looked up: ${template}`];
  const version = latest(tags);
  if (!version || contains(template, commit, `v${version}`)) return [];
  return [`v${version} of the template is out: \`uvx cruft update --checkout v${version}\`.`];
}

/** Looks for a newer release of the template, for `bun run doctor --online`. */
export const template: Checks = { template: { problems: releaseProblems } };
