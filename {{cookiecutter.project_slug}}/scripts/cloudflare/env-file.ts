/** Writes the variables of `.env` in a form that wrangler reads back unchanged. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

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
export function writeEnvFile(path: string, values: Record<string, string | undefined>): void {
  const given = Object.entries(values).filter((entry): entry is [string, string] => !!entry[1]);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, given.map(formatVariable).join(""), { mode: 0o600 });
}
