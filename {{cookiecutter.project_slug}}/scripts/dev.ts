/**
 * Runs the backend and the frontend, both with reload, at one address: `bun run dev`.
 * With `--debug`, a Python debugger can attach to the backend; .vscode/launch.json does.
 */
import { config } from "../package.json";
import { readPort } from "./ports";
import { runServers } from "./run-servers";

const debug = process.argv.includes("--debug");
const backend = readPort("BACKEND_PORT", config.backendPort);
const frontend = readPort("FRONTEND_PORT", 5173);

await runServers({
  scripts: [debug ? "dev:debug" : "dev:backend", "dev:frontend"],
  ports: { FRONTEND_PORT: frontend, BACKEND_PORT: backend },
  env: { BACKEND_PORT: String(backend), FRONTEND_PORT: String(frontend) },
  urls: [`http://127.0.0.1:${backend}/api/health`, `http://localhost:${frontend}`],
});
