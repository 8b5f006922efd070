/** Runs the Worker and the built frontend in front of the backend: `bun run dev:cloudflare`. */
import { config } from "../../package.json";
import { readPort } from "../ports";
import { runServers } from "../run-servers";

const backend = readPort("BACKEND_PORT", config.backendPort);
const worker = readPort("WORKER_PORT", 8787);

await runServers({
  scripts: ["dev:backend", "dev:worker"],
  ports: { WORKER_PORT: worker, BACKEND_PORT: backend },
  env: { BACKEND_PORT: String(backend), WORKER_PORT: String(worker) },
  urls: [`http://127.0.0.1:${backend}/api/health`, `http://localhost:${worker}`],
});
