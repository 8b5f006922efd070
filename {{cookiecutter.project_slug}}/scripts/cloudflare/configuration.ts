/** What wrangler is configured with: wrangler.toml, and the variables of `.env` in a file for it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

/** Returns the variables in wrangler.toml and `LOCATION_HINT` as `.env` or the shell sets them. */
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
 * @param services where that backend reaches the Worker's services, in place of `http://`
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

/** The quotes of wrangler's dotenv, best first: between double quotes, `\n` means a line break. */
const QUOTES = ["'", "`", '"'];

/** Formats one variable. wrangler expands `$NAME` within any quotes, unless `\` escapes it. */
function formatVariable([name, value]: [string, string]): string {
  const quote = QUOTES.find((candidate) => !value.includes(candidate));
  if (!quote || (quote === '"' && /\\[nr]/.test(value))) {
    throw new Error(`${name} in .env mixes three kinds of quotes, which wrangler can't read.`);
  }
  return `${name}=${quote}${value.replaceAll("$", () => "\\$")}${quote}\n`;
}

/**
 * Writes a file for `wrangler dev --env-file` that only its owner can read. wrangler also reads
 * `.env`, but it expands `$NAME` in values, which the other commands do not.
 */
export function writeEnvFile(path: string, values: Environment): void {
  const given = Object.entries(values).filter((entry): entry is [string, string] => !!entry[1]);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, given.map(formatVariable).join(""), { mode: 0o600 });
}
