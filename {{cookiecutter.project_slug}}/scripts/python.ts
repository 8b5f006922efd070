/**
 * Runs the backend's Python in `backend/`, after making `backend/.venv` current.
 *
 *     bun scripts/python.ts ARGUMENT…
 */
import { exec, pythonEnvironment } from "./lib/environment";
import { requireTools } from "./lib/tools";
import { BACKEND, preparePython } from "./lib/venv";

requireTools();
const python = preparePython();
process.chdir(BACKEND);
exec(python, process.argv.slice(2), pythonEnvironment(process.env));
