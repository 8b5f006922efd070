/**
 * Runs the backend and the frontend, both with reload, at one address: `bun run dev`.
 * With `--debug`, a Python debugger can attach to the backend; .vscode/launch.json does.
 */
import { config } from "../package.json";
import { withDotEnv } from "./lib/environment";
import { readPort, runServers } from "./lib/servers";

const { FRONTEND_ALLOWED_HOSTS, FRONTEND_HOST } = withDotEnv(process.env);
const backend = readPort("BACKEND_PORT", config.backendPort);
const frontend = readPort("FRONTEND_PORT", 5173);

// these mean every address, which a browser can't open
const isAny = ["", "0.0.0.0", "::"].includes(FRONTEND_HOST ?? "");
const host = isAny ? "localhost" : FRONTEND_HOST?.replace(/^.*:.*$/, "[$&]");

await runServers({
  workspaces: ["backend", "frontend"],
  ports: { FRONTEND_PORT: frontend, BACKEND_PORT: backend },
  env: {
    DEBUGGER: process.argv.includes("--debug") ? "1" : "",
    FRONTEND_ALLOWED_HOSTS: FRONTEND_ALLOWED_HOSTS ?? "",
    FRONTEND_HOST: FRONTEND_HOST ?? "",
  },
  urls: [`http://127.0.0.1:${backend}/api/health`, `http://${host}:${frontend}`],
});
