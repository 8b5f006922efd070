/** Reads wrangler.toml for the other commands, and writes the variables that wrangler reads. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Environment, fail, readText, withDotEnv } from "../lib/environment";

/** The parts of wrangler.toml that matter to the commands. */
export interface Configuration {
  assets?: { run_worker_first?: unknown };
  containers?: { max_instances?: unknown }[];
  vars?: Record<string, unknown>;
}

/** The beginning of a service's URL in wrangler.toml, such as http://r2.internal. */
const SERVICE = /^http:\/\/(?=[^/:]+\.internal(\/|$))/;

/** Reads wrangler.toml. */
export function readConfiguration(): Configuration {
  return Bun.TOML.parse(readText("wrangler.toml"));
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
    .map(([name, value]) => [name, String(value).replace(SERVICE, services)]);
  return Object.fromEntries(entries);
}

/** The quotes that wrangler accepts, best first: in double quotes, `\n` means a line break. */
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
 * `.env`, but it expands `$NAME` in values, which the other commands don't.
 */
export function writeEnvFile(path: string, values: Environment): void {
  const given = Object.entries(values).filter((entry): entry is [string, string] => !!entry[1]);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, given.map(formatVariable).join(""), { mode: 0o600 });
}
