/** The checks for Cloudflare in `bun run doctor`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { config } from "../../package.json";
import type { Checks } from "../doctor";
import { complaint } from "../doctor/checks";
import { declaredSettings } from "../lib/app";
import { ROOT, readText } from "../lib/environment";
import { portProblems } from "../lib/servers";
import { output } from "../lib/tools";
import { readConfiguration } from "./configuration";

function configurationProblems(): string[] {
  const problems = ["wrangler.json", "wrangler.jsonc"]
    .filter((name) => existsSync(join(ROOT, name)))
    .map((name) => `wrangler would use ${name} instead of wrangler.toml: remove it.`);
  const { assets, containers, vars } = readConfiguration();
  if (!Bun.deepEquals(assets?.run_worker_first, config.apiPaths)) {
    const paths = JSON.stringify(config.apiPaths);
    problems.push(
      `run_worker_first in wrangler.toml differs from config.apiPaths in package.json: set it to ${paths}.`,
    );
  }
  const most = containers?.[0]?.max_instances;
  if (vars?.MAX_INSTANCES !== most) {
    problems.push(`MAX_INSTANCES in wrangler.toml differs from max_instances: set it to ${most}.`);
  }
  const port = readText("Dockerfile-cloudflare").match(/^EXPOSE (\d+)$/m)?.[1];
  if (Number(port) !== config.backendPort) {
    problems.push(
      `EXPOSE in Dockerfile-cloudflare differs from config.backendPort in package.json: set it to ${config.backendPort}.`,
    );
  }
  return problems;
}

/** Cloudflare runs images for amd64. Engines of other architectures have to emulate it. */
function platformProblems(): string[] {
  const builder = output("docker", "buildx", "inspect");
  if (builder === undefined || builder.includes("linux/amd64")) return [];
  return [
    "This Docker engine can't build for linux/amd64, which Cloudflare needs: run `docker run --privileged --rm tonistiigi/binfmt --install amd64`.",
  ];
}

function accountProblems(): string[] {
  if (process.env.CLOUDFLARE_API_TOKEN) return []; // the token may not allow `whoami`
  // wrangler exits with 0 even if nobody is logged in
  const account = output("wrangler", "whoami");
  if (account === undefined) return ["`bunx wrangler whoami` failed: run it to see why."];
  const unknown = /not authenticated|^$/.test(account);
  return unknown ? ["You are not logged in to Cloudflare: bunx wrangler login"] : [];
}

/** Reports required settings that are neither a variable nor a secret of the deployed Worker. */
function secretProblems(): string[] {
  const { required } = declaredSettings();
  if (required.length === 0) return []; // no need to ask Cloudflare
  const secrets: { name: string }[] = JSON.parse(output("wrangler", "secret", "list") || "[]");
  const given = [
    ...secrets.map(({ name }) => name),
    ...Object.keys(readConfiguration().vars ?? {}),
  ];
  return required
    .filter((name) => !given.includes(name))
    .map((name) => `The app needs ${name}: bunx wrangler secret put ${name}.`);
}

/** The checks of this layout. */
export const checks: Checks = {
  wrangler: { problems: configurationProblems },
  platform: { after: ["docker"], neededBy: "deployments", problems: platformProblems },
  "worker-port": {
    after: ["dotenv"],
    neededBy: "previews",
    problems: () => portProblems({ WORKER_PORT: 8787 }),
  },
  routes: {
    after: ["uv", "python", "venv"],
    problems: () => complaint("bun", `${ROOT}/scripts/cloudflare/routes.ts`, "--check"),
  },
  "worker-types": {
    after: ["node", "packages"],
    problems: () =>
      output("bun", "run", "types:worker", "--check") === undefined
        ? ["worker/worker-configuration.d.ts is outdated: run `bun run types:worker`."]
        : [],
  },
  account: { after: ["node", "packages"], neededBy: "deployments", problems: accountProblems },
  secrets: {
    after: ["node", "packages", "uv", "python", "venv", "account"],
    neededBy: "deployments",
    problems: secretProblems,
  },
};
