/** Reads wrangler.toml for the other commands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, fail, ROOT, withDotEnv } from "../lib/environment";

/** The parts of wrangler.toml that matter to the commands. */
export interface Configuration {
  assets?: { run_worker_first?: unknown };
  containers?: { max_instances?: unknown }[];
  vars?: Record<string, unknown>;
}

/** Reads wrangler.toml. */
export function readConfiguration(): Configuration {
  return Bun.TOML.parse(readFileSync(join(ROOT, "wrangler.toml"), "utf8"));
}

/** Returns what `.env` or the shell sets for `LOCATION_HINT` and the variables in wrangler.toml. */
export function givenVariables(): Environment {
  const given = withDotEnv(process.env);
  const { vars = {} } = readConfiguration();
  for (const [name, value] of Object.entries(vars)) {
    if (typeof value === "number" && Number.isNaN(Number(given[name] || 0))) {
      fail(`${name} is not a number: "${given[name]}". Correct it in .env or in the shell.`);
    }
  }
  const names = [...Object.keys(vars), "LOCATION_HINT"];
  return Object.fromEntries(names.map((name) => [name, given[name]]));
}

/**
 * Returns the variables in wrangler.toml for the backend of `bun run dev:cloudflare`, except those
 * that `.env` or the shell sets.
 *
 * @param services the URL at which that backend reaches the Worker's services; replaces `http://`
 */
export function variablesForBackend(services: string): Record<string, string> {
  const given = withDotEnv(process.env);
  const entries = Object.entries(readConfiguration().vars ?? {})
    .filter(([name]) => !given[name])
    .map(([name, value]) => [
      name,
      String(value).replace(/^http:\/\/(?=[^/:]+\.internal(\/|$))/, services),
    ]);
  return Object.fromEntries(entries);
}
