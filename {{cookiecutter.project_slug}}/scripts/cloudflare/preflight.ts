/**
 * Checks prerequisites; prints one line per problem.
 *
 *     bun scripts/cloudflare/preflight.ts dev|preview|deploy
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { config } from "../../package.json";
import { fail, ROOT } from "../environment";
import { findProblems } from "../limited-paths";
import { missingLocalSettings, missingSettings } from "../settings";
import { output, type Tool, toolProblems } from "../tools";

/** What a command is about to do; `dev` runs no containers. */
const MODES = ["dev", "preview", "deploy"] as const;
type Mode = (typeof MODES)[number];

/** A wrangler.json(c), which wrangler would use instead of wrangler.toml, and wrong limited paths. */
function configurationProblems(): string[] {
  const unwanted = ["wrangler.json", "wrangler.jsonc"]
    .filter((name) => existsSync(join(ROOT, name)))
    .map((name) => `wrangler would use ${name} instead of wrangler.toml: remove it.`);
  return [...unwanted, ...findProblems(config.limitedPaths, config.apiPaths)];
}

function accountProblems(): string[] {
  // wrangler exits with success even if nobody is logged in
  const unknown = /not authenticated|^$/.test(output("wrangler", "whoami") ?? "");
  return unknown ? ["You are not logged in to Cloudflare: bunx wrangler login"] : [];
}

/** Lists the names of the variables and secrets of the deployed Worker. */
function deployedSettings(): string[] {
  const secrets: { name: string }[] = JSON.parse(output("wrangler", "secret", "list") || "[]");
  const { vars = {} } = Bun.TOML.parse(readFileSync(join(ROOT, "wrangler.toml"), "utf8")) as {
    vars?: object;
  };
  return [...secrets.map(({ name }) => name), ...Object.keys(vars)];
}

function settingProblems(mode: Mode): string[] {
  if (mode !== "deploy") return missingLocalSettings();
  return missingSettings(deployedSettings, (name) => `bunx wrangler secret put ${name}`);
}

function problems(mode: Mode): string[] {
  const tools: Tool[] = mode === "dev" ? ["node", "packages"] : ["node", "packages", "docker"];
  const found = [...toolProblems(tools), ...configurationProblems()];
  if (found.length > 0) return found;
  if (mode === "deploy") found.push(...accountProblems());
  return found.length > 0 ? found : settingProblems(mode);
}

const mode = MODES.find((name) => name === process.argv[2]);
if (!mode) fail(`Usage: bun scripts/cloudflare/preflight.ts ${MODES.join("|")}`);
const found = problems(mode);
if (found.length > 0) fail(...found);
