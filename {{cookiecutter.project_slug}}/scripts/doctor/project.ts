/** What has to be installed, set and kept in step in this folder. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { config, packageManager } from "../../package.json";
import { settingProblems } from "../lib/app-settings";
import { ROOT } from "../lib/environment";
import { findProblems } from "../lib/limited-paths";
import { packageProblems } from "../lib/packages";
import { toolProblems } from "../lib/tools";
import { BACKEND_VENV, isPrepared } from "../lib/venv";
import type { Checks } from "./check";

/** Compares the bun of the dev container with the project's. */
function devContainerProblems(): string[] {
  const path = ".devcontainer/Dockerfile";
  if (!existsSync(join(ROOT, path))) return [];
  const tag = readFileSync(join(ROOT, path), "utf8").match(/oven\/bun:(\S+)/)?.[1];
  if (`bun@${tag}` === packageManager) return [];
  return [
    `The tag of oven/bun in ${path} differs from packageManager in package.json: make both ${packageManager}.`,
  ];
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
      ...devContainerProblems(),
    ],
  },
  settings: { after: ["uv", "python", "venv"], problems: settingProblems },
  types: {
    after: ["node", "packages", "uv", "python", "venv"],
    problems: () => complaint("bun", `${ROOT}/scripts/types-api.ts`, "--check"),
  },
};
