/** Which packages are installed in `node_modules`, and which files name the versions of tools. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json";
import { ROOT } from "./environment";

/** The parts of a package.json that matter here. */
interface Manifest {
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** Lists the Dockerfiles, whose tags repeat versions that package.json sets. */
export function listDockerfiles(): string[] {
  const paths = ["Dockerfile*", ".devcontainer/Dockerfile*"].flatMap((pattern) => [
    ...new Bun.Glob(pattern).scanSync({ cwd: ROOT, dot: true }),
  ]);
  return paths.filter((path) => !path.endsWith(".dockerignore"));
}

/** Whether a workspace, or the root folder, has a package in a version within the range. */
function isInstalled(workspace: string, name: string, range: string): boolean {
  const folders = [join(ROOT, workspace), ROOT].map((at) => join(at, "node_modules", name));
  const folder = folders.find((candidate) => existsSync(join(candidate, "package.json")));
  if (!folder) return false;
  const isVersion = /^[\d^~<>=*]/.test(range); // not a workspace, a file, or an address
  return !isVersion || Bun.semver.satisfies(readManifest(folder).version ?? "", range);
}

/** Reports the packages that are missing or have another version. */
export function packageProblems(): string[] {
  const wrong = ["", ...manifest.workspaces].flatMap((workspace) => {
    const { dependencies, devDependencies } = readManifest(join(ROOT, workspace));
    return Object.entries({ ...dependencies, ...devDependencies })
      .filter(([name, range]) => !isInstalled(workspace, name, range))
      .map(([name]) => name);
  });
  if (wrong.length === 0) return [];
  const names = [...new Set(wrong)].join(", ");
  return [`These packages are missing or of another version: ${names}. Run \`bun install\`.`];
}
