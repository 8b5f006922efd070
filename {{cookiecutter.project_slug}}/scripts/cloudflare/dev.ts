// bun run dev:cloudflare: the Worker and the built files in front of the backend with reload.
import { config } from "../../package.json";
import { serve } from "../servers";

const backend = Number(process.env.BACKEND_PORT ?? config.backendPort);

await serve({
  scripts: ["dev:backend", "dev:worker"],
  ports: { Worker: 8787, backend },
  env: { BACKEND_PORT: String(backend) },
  urls: [`http://127.0.0.1:${backend}/api/health`, "http://localhost:8787"],
});
