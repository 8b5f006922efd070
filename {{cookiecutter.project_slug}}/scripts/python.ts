/**
 * Runs the backend's Python in `backend/`, after making `backend/.venv` current.
 *
 *     bun scripts/python.ts ARGUMENT…
 */
import { join } from "node:path";
import { exec, withoutPythonTargets } from "./environment";
import { requireTools } from "./tools";
import { BACKEND, prepareVenv, pythonOf, type Venv } from "./venv";

/** The backend's virtual environment. */
export const VENV: Venv = {
  folder: join(BACKEND, ".venv"),
  requirements: join(BACKEND, "requirements-dev.txt"),
};

/** Makes `backend/.venv` current and returns the path of its Python. */
export function preparePython(): string {
  prepareVenv(VENV);
  return pythonOf(VENV.folder);
}

if (import.meta.main) {
  requireTools();
  const python = preparePython();
  process.chdir(BACKEND);
  exec(python, process.argv.slice(2), withoutPythonTargets(process.env));
}
