/** Checks what is installed and set in this folder, and that its files are consistent. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { config, packageManager, workspaces } from "../../package.json";
import type { Checks } from "../doctor";
import { settingProblems } from "../lib/app";
import { listDockerfiles, ROOT, readManifest, readText } from "../lib/environment";
import { findProblems } from "../lib/limited-paths";
import { toolProblems } from "../lib/tools";
import { BACKEND_VENV, isPrepared } from "../lib/venv";

/** Whether a workspace, or the root folder, has a package in a version within the range. */
function isInstalled(workspace: string, name: string, range: string): boolean {
  const folders = [workspace, ""].map((at) => join(at, "node_modules", name));
  const folder = folders.find((candidate) => existsSync(join(ROOT, candidate, "package.json")));
  if (!folder) return false;
  const isVersion = /^[\d^~<>=*]/.test(range); // not a workspace, a file, or an address
  return !isVersion || Bun.semver.satisfies(readManifest(folder).version ?? "", range);
}

/** Reports the packages that are missing or have another version. */
function packageProblems(): string[] {
  const missing = toolProblems(["packages"]);
  if (missing.length > 0) return missing;
  const wrong = ["", ...workspaces].flatMap((workspace) => {
    const { dependencies, devDependencies } = readManifest(workspace);
    return Object.entries({ ...dependencies, ...devDependencies })
      .filter(([name, range]) => !isInstalled(workspace, name, range))
      .map(([name]) => name);
  });
  if (wrong.length === 0) return [];
  const names = [...new Set(wrong)].join(", ");
  return [`These packages are missing or of another version: ${names}. Run \`bun install\`.`];
}

/** Compares the versions of bun and Python in the Dockerfiles with those in package.json. */
function dockerfileProblems(): string[] {
  return listDockerfiles().flatMap((path) => {
    const text = readText(path);
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
  const manifest = Bun.TOML.parse(readText("backend/pyproject.toml"));
  const { project, "dependency-groups": groups } = manifest as {
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
  packages: { problems: packageProblems },
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
