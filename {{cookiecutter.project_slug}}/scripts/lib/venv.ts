/** Virtual environments with locked Python packages. uv makes them again when something changes. */
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Environment, fail, pythonEnvironment, ROOT } from "./environment";
import { requireTools } from "./tools";

/** The folder of the backend. Its pyproject.toml says which Python versions fit. */
export const BACKEND = join(ROOT, "backend");

/** A virtual environment. */
export interface Venv {
  folder: string;
  /** The path of the file that locks its packages. */
  requirements: string;
}

/** The backend's virtual environment. */
export const BACKEND_VENV: Venv = {
  folder: join(BACKEND, ".venv"),
  requirements: join(BACKEND, "requirements-dev.txt"),
};

/** Returns the virtual environment of the tools that a folder's `requirements.txt` locks. */
export function toolVenv(name: string): Venv {
  const folder = join(ROOT, name);
  return { folder: join(folder, ".venv"), requirements: join(folder, "requirements.txt") };
}

/** What a virtual environment was made from. */
interface Contents {
  /** Its path, which its programs contain: after a move, it has to be made again. */
  folder: string;
  /** The path of the interpreter behind it; empty if it is missing. */
  interpreter: string;
  /** The versions of Python that the project accepts. */
  versions: string[];
  /** A hash of the locked packages. */
  packages: string;
}

/** Returns the folder of the programs in a virtual environment. */
function programs(venv: string): string {
  return join(venv, process.platform === "win32" ? "Scripts" : "bin");
}

/** Returns the path of a virtual environment's Python. */
export function pythonOf(venv: string): string {
  return join(programs(venv), process.platform === "win32" ? "python.exe" : "python");
}

/** Returns the path of the file that describes what is installed. */
function stamp(venv: string): string {
  return join(venv, "installed.json");
}

/** Returns the path of the interpreter behind a virtual environment; empty if it is missing. */
function interpreter(venv: string): string {
  const python = pythonOf(venv);
  return existsSync(python) ? realpathSync(python) : "";
}

/** Reads which versions of Python the project accepts. */
export function acceptedVersions(): [string, ...string[]] {
  const { project } = Bun.TOML.parse(readFileSync(join(BACKEND, "pyproject.toml"), "utf8")) as {
    project: { "requires-python": string };
  };
  const pins = [BACKEND, ROOT].map((folder) => join(folder, ".python-version")).filter(existsSync);
  return [project["requires-python"], ...pins.map((pin) => readFileSync(pin, "utf8").trim())];
}

/** Reads what a virtual environment was made from; undefined if that is unknown. */
function readStamp(venv: string): Contents | undefined {
  return existsSync(stamp(venv)) ? JSON.parse(readFileSync(stamp(venv), "utf8")) : undefined;
}

/** Runs uv; ends the process with a sentence if uv fails. */
function uv(args: string[], sentence: string): void {
  const { success } = Bun.spawnSync(["uv", ...args], {
    cwd: BACKEND,
    env: pythonEnvironment(process.env),
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (!success) fail(sentence);
}

/** Makes an empty virtual environment, with a Python that uv finds or downloads. */
function create(venv: string): void {
  const [range] = acceptedVersions();
  uv(["venv", "--quiet", "--clear", venv], `uv can't provide Python ${range}: see above.`);
}

/** Installs the locked packages, and removes all others. */
function install(venv: string, requirements: string): void {
  console.error(`Installing ${relative(ROOT, requirements)} in ${relative(ROOT, venv)}`);
  const command = ["pip", "sync", "--quiet", "--python", pythonOf(venv), requirements];
  uv(command, "The Python packages can't be installed: see above.");
}

/** Returns what a virtual environment has to be made from. */
function wantedContents({ folder, requirements }: Venv): Contents {
  return {
    folder: existsSync(folder) ? realpathSync(folder) : folder,
    interpreter: interpreter(folder),
    versions: acceptedVersions(),
    packages: Bun.SHA256.hash(readFileSync(requirements), "hex"),
  };
}

/** Whether a virtual environment contains exactly the locked packages. */
export function isPrepared(venv: Venv): boolean {
  return Bun.deepEquals(readStamp(venv.folder), wantedContents(venv));
}

/** Whether uv finds a Python that the project accepts, without downloading one. */
export function hasPython(): boolean {
  const { success } = Bun.spawnSync(["uv", "python", "find", "--system", "--quiet"], {
    cwd: BACKEND,
    env: pythonEnvironment(process.env),
    stdio: ["ignore", "ignore", "ignore"],
  });
  return success;
}

/**
 * Installs exactly the locked packages in a virtual environment.
 *
 * Works offline unless the packages, the Python version, or the environment have changed.
 *
 * @returns the folder of its programs
 */
export function prepareVenv(venv: Venv): string {
  const { folder, requirements } = venv;
  if (!isPrepared(venv)) {
    requireTools("uv");
    const found = readStamp(folder);
    const wanted = wantedContents(venv);
    if (!found || !Bun.deepEquals(found, { ...wanted, packages: found.packages })) create(folder);
    install(folder, requirements);
    writeFileSync(stamp(folder), JSON.stringify(wantedContents(venv)));
  }
  return programs(folder);
}

/** Updates `backend/.venv` if needed, and returns the path of its Python. */
export function preparePython(): string {
  prepareVenv(BACKEND_VENV);
  return pythonOf(BACKEND_VENV.folder);
}

/**
 * Runs a command of the backend's command line, `app.server.cli`.
 *
 * @param command the command, such as `openapi`
 * @param variables what to add to its environment
 * @param errors whether to print its errors or to return them
 */
export function runCli(
  command: string,
  variables: Environment,
  errors: "inherit" | "pipe" = "inherit",
): Bun.SyncSubprocess<"pipe", "inherit" | "pipe"> {
  return Bun.spawnSync([preparePython(), "-m", "app.server.cli", command], {
    cwd: BACKEND,
    env: pythonEnvironment({ ...process.env, ...variables }),
    stdio: ["ignore", "pipe", errors],
  });
}
