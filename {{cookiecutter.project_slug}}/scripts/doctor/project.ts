/** What has to be installed, set and kept in step in this folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { config, packageManager } from "../../package.json";
import { settingProblems } from "../lib/app-settings";
import { ROOT } from "../lib/environment";
import { findProblems } from "../lib/limited-paths";
import { listDockerfiles, packageProblems } from "../lib/packages";
import { toolProblems } from "../lib/tools";
import { BACKEND_VENV, isPrepared } from "../lib/venv";
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
  venv: { after: ["uv", "python"], problems: venvProblems },
  config: {
    problems: () => [
      ...findProblems(config.limitedPaths, config.apiPaths),
      ...dockerfileProblems(),
    ],
  },
  settings: { after: ["uv", "python", "venv"], problems: settingProblems },
  types: {
    after: ["node", "packages", "uv", "python", "venv"],
    problems: () => complaint("bun", `${ROOT}/scripts/types-api.ts`, "--check"),
  },
};
