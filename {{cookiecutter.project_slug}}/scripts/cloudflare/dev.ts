/** Runs the Worker and the built frontend in front of the backend: `bun run dev:cloudflare`. */
import { config } from "../../package.json";
import { readPort, runServers } from "../lib/servers";
import { variablesForBackend } from "./configuration";

const backend = readPort("BACKEND_PORT", config.backendPort);
const worker = readPort("WORKER_PORT", 8787);

const prefix = `/${crypto.randomUUID()}`; // only these two servers know it

await runServers({
  workspaces: ["backend", "worker"],
  ports: { WORKER_PORT: worker, BACKEND_PORT: backend },
  env: {
    ...variablesForBackend(`http://127.0.0.1:${worker}${prefix}/`),
    SERVICES_PREFIX: prefix,
  },
  urls: [`http://127.0.0.1:${backend}/api/health`, `http://localhost:${worker}`],
});
