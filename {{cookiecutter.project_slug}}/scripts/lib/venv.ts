/** Virtual environments with locked Python packages. uv recreates them when something changes. */
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fail, pythonEnvironment, ROOT, readText } from "./environment";
import { requireTools, succeeds } from "./tools";

/** The folder of the backend. Its pyproject.toml says which Python versions fit. */
export const BACKEND = join(ROOT, "backend");

/** A virtual environment. */
export interface Venv {
  folder: string;
  /** The path of the file that locks its packages. */
  requirements: string;
}

/** Returns the virtual environment of the packages that a file in a folder locks. */
export function toolVenv(name: string, requirements = "requirements.txt"): Venv {
  const folder = join(ROOT, name);
  return { folder: join(folder, ".venv"), requirements: join(folder, requirements) };
}

/** The backend's virtual environment. */
export const BACKEND_VENV = toolVenv("backend", "requirements-dev.txt");

const isWindows = process.platform === "win32";

/** Returns the folder of the programs in a virtual environment. */
const programs = (venv: string) => join(venv, isWindows ? "Scripts" : "bin");

/** Returns the path of a virtual environment's Python. */
const pythonOf = (venv: string) => join(programs(venv), isWindows ? "python.exe" : "python");

/** Returns the path of the file that records what is installed. */
const stamp = (venv: string) => join(venv, "installed.json");

/** Reads which versions of Python the project accepts. */
export function acceptedVersions(): [string, ...string[]] {
  const manifest = Bun.TOML.parse(readText("backend/pyproject.toml"));
  const { project } = manifest as { project: { "requires-python": string } };
  const pins = [BACKEND, ROOT].map((folder) => join(folder, ".python-version")).filter(existsSync);
  return [project["requires-python"], ...pins.map((pin) => readFileSync(pin, "utf8").trim())];
}

/** Returns the record that a virtual environment should have. */
function wantedContents({ folder, requirements }: Venv) {
  const python = pythonOf(folder);
  return {
    // its programs contain its path: after a move, it has to be recreated
    folder: existsSync(folder) ? realpathSync(folder) : folder,
    interpreter: existsSync(python) ? realpathSync(python) : "",
    versions: acceptedVersions(),
    packages: Bun.SHA256.hash(readFileSync(requirements), "hex"),
  };
}

/** Reads how a virtual environment was made; undefined if it has no record. */
function readStamp(venv: string): ReturnType<typeof wantedContents> | undefined {
  return existsSync(stamp(venv)) ? JSON.parse(readFileSync(stamp(venv), "utf8")) : undefined;
}

/** Whether a virtual environment contains exactly the locked packages. */
export function isPrepared(venv: Venv): boolean {
  return Bun.deepEquals(readStamp(venv.folder), wantedContents(venv));
}

/** Runs uv; ends the process with a sentence if uv fails. */
function uv(args: string[], sentence: string): void {
  if (!succeeds(["uv", ...args], BACKEND, pythonEnvironment(process.env))) fail(sentence);
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
 * Installs exactly the locked packages in a virtual environment, and returns the folder of its
 * programs. Works offline unless the packages, the Python version, or the environment changed.
 */
export function prepareVenv(venv: Venv): string {
  const { folder, requirements } = venv;
  if (isPrepared(venv)) return programs(folder);
  requireTools("uv");
  const found = readStamp(folder);
  const wanted = wantedContents(venv);
  if (!found || !Bun.deepEquals(found, { ...wanted, packages: found.packages })) {
    const [range] = wanted.versions;
    uv(["venv", "--quiet", "--clear", folder], `uv can't provide Python ${range}: see above.`);
  }
  console.error(`Installing ${relative(ROOT, requirements)} in ${relative(ROOT, folder)}`);
  const sync = ["pip", "sync", "--quiet", "--python", pythonOf(folder), requirements];
  uv(sync, "The Python packages can't be installed: see above.");
  writeFileSync(stamp(folder), JSON.stringify(wantedContents(venv)));
  return programs(folder);
}

/** Updates `backend/.venv` if needed, and returns the path of its Python. */
export function preparePython(): string {
  prepareVenv(BACKEND_VENV);
  return pythonOf(BACKEND_VENV.folder);
}
