// bun run dev: the backend with reload and the frontend with hot reload, at one URL.
// With --debug, a Python debugger can attach to the backend (.vscode/launch.json does).
import { config } from "../package.json";
import { serve } from "./servers";

const backend = Number(process.env.BACKEND_PORT ?? config.backendPort);
const debug = process.argv.includes("--debug");

await serve({
  scripts: [debug ? "dev:debug" : "dev:backend", "dev:frontend"],
  ports: { frontend: 5173, backend, ...(debug && { debugger: 5678 }) },
  env: { BACKEND_PORT: String(backend) },
  urls: [`http://127.0.0.1:${backend}/api/health`, "http://localhost:5173"],
});
