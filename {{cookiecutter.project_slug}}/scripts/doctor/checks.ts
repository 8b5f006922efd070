/** The checks of the machine and of the project in `bun run doctor`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { config, packageManager, workspaces } from "../../package.json";
import type { Checks } from "../doctor";
import { settingProblems } from "../lib/app";
import {
  dotEnvProblem,
  listDockerfiles,
  PROXIED_HOSTS,
  ROOT,
  readManifest,
  readText,
} from "../lib/environment";
import { findProblems } from "../lib/limited-paths";
import { portProblems } from "../lib/servers";
import { output, toolProblems } from "../lib/tools";
import { BACKEND_VENV, hasPython, isPrepared } from "../lib/venv";

/** Docker's names for architectures, and the corresponding names in Node.js. */
const ARCHITECTURES: Record<string, string> = { aarch64: "arm64", x86_64: "x64" };

function pythonProblems(): string[] {
  if (isPrepared(BACKEND_VENV) || hasPython()) return [];
  return ["No Python that fits backend/pyproject.toml is installed: run `uv python install`."];
}

function proxyProblems(): string[] {
  if (PROXIED_HOSTS.length === 0) return [];
  const hosts = PROXIED_HOSTS.join(",");
  return [`Your shell's proxy also gets requests to ${hosts}: add these to NO_PROXY.`];
}

/** Docker builds images for the engine's architecture, which may differ from this machine's. */
function engineProblems(): string[] {
  const name = output("docker", "info")?.match(/^ *Architecture: (\S+)$/m)?.[1] ?? "";
  const engine = ARCHITECTURES[name] ?? name;
  if (!engine || engine === process.arch) return [];
  return [
    `The Docker engine is ${engine} and this machine ${process.arch}, so images are built for ${engine}: choose another engine with \`docker context use\`.`,
  ];
}

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

/** The checks of every layout. */
export const checks: Checks = {
  bun: { problems: () => toolProblems([]) },
  node: { problems: () => toolProblems(["node"]) },
  uv: { problems: () => toolProblems(["uv"]) },
  python: { after: ["uv"], problems: pythonProblems },
  docker: { neededBy: "previews and deployments", problems: () => toolProblems(["docker"]) },
  engine: { after: ["docker"], neededBy: "previews and deployments", problems: engineProblems },
  proxy: { neededBy: "curl and other tools", problems: proxyProblems },
  dotenv: { problems: () => [dotEnvProblem() ?? []].flat() },
  ports: {
    after: ["dotenv"],
    problems: () =>
      portProblems({ FRONTEND_PORT: 5173, BACKEND_PORT: config.backendPort, DEBUG_PORT: 5678 }),
  },
  packages: { problems: packageProblems },
  lock: { problems: lockProblems },
  venv: {
    after: ["uv", "python", "lock"],
    problems: () =>
      isPrepared(BACKEND_VENV)
        ? []
        : ["backend/.venv is not current: run `bun run --cwd backend setup`."],
  },
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
