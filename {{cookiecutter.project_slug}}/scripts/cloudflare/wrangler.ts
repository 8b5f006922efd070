/**
 * Runs the Worker and the built frontend on this machine, with the settings in `.env`. The Worker
 * forwards to the backend that `bun run --cwd backend dev` runs, or with `--containers` to
 * containers. It serves the development build, or with `--production` the one that gets deployed.
 *
 *     bun scripts/cloudflare/wrangler.ts [--containers] [--production]
 */
import { config } from "../../package.json";
import { givenSettings } from "../lib/app";
import { exec, fail, ROOT } from "../lib/environment";
import { readPort, requireFreePorts } from "../lib/servers";
import { requireTools } from "../lib/tools";
import { givenVariables, writeEnvFile } from "./configuration";

const ENV_FILE = ".wrangler/dev.env";

process.chdir(ROOT); // where wrangler.toml is
requireTools("node", "packages");
const production = process.argv.includes("--production");
const frontend = production ? "frontend-prod" : "frontend-dev";
const containers = process.argv.includes("--containers");
const port = readPort("WORKER_PORT", 8787);
const origin = `http://127.0.0.1:${readPort("BACKEND_PORT", config.backendPort)}`;
await requireFreePorts({ WORKER_PORT: port });
writeEnvFile(ENV_FILE, {
  ...(containers ? givenSettings() : {}),
  ...givenVariables(),
  SERVICES_PREFIX: process.env.SERVICES_PREFIX,
});

const options = ["--assets", `dist/${frontend}`, "--env-file", ENV_FILE, "--port", String(port)];
// The contract suite has no account, so it runs without remote bindings such as Workers AI.
if (production) options.push("--local");
if (!containers) options.push("--enable-containers=false", "--var", `BACKEND_ORIGIN:${origin}`);
const wrangler = Bun.which("wrangler") ?? fail("Run `bun install` first.");
process.env.WRANGLER_DOCKER_BIN ||= "scripts/lib/docker.sh";
exec(wrangler, ["dev", ...options], process.env);
