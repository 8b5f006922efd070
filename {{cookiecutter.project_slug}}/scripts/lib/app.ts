/** What the app's code declares, and which of its settings are set on this machine. */
import { join } from "node:path";
import {
  type Environment,
  fail,
  pythonEnvironment,
  ROOT,
  readDotEnv,
  readText,
  withDotEnv,
  withoutCredentials,
} from "./environment";
import { BACKEND, preparePython } from "./venv";

/** Runs a command of `backend/app/server/cli.py`. Its errors are printed or returned. */
function runCli(
  command: string,
  variables: Environment,
  errors: "inherit" | "pipe" = "inherit",
): Bun.SyncSubprocess<"pipe", "inherit" | "pipe"> {
  return Bun.spawnSync([preparePython(), "-m", "app.server.cli", command], {
    cwd: BACKEND,
    env: pythonEnvironment({ ...process.env, ...variables }),
    stdio: ["ignore", "pipe", errors],
  });
}

/** Returns the description of the app that a command of the backend prints. */
export function describeApp(command: "openapi" | "routes", layout: string): string {
  const { success, stdout } = runCli(command, { LAYOUT: layout });
  return success ? stdout.toString() : fail("The app can't be described: see above.");
}

/** Writes a file for `bun run types:api`. With `--check`, only fails if the file is outdated. */
export async function writeGenerated(name: string, text: string): Promise<void> {
  if (!process.argv.includes("--check")) await Bun.write(join(ROOT, name), text);
  else if (readText(name) !== text) fail(`${name} is outdated: run \`bun run types:api\`.`);
}

/** Asks the backend which settings it declares. If it can't be imported, it prints why. */
export function declaredSettings(): { required: string[]; optional: string[] } {
  const { success, stdout } = runCli("settings", {});
  return success ? JSON.parse(stdout.toString()) : { required: [], optional: [] };
}

/**
 * Returns what a server on this machine passes to the app: everything in `.env`, and from the shell
 * the declared settings and OpenTelemetry's variables. The shell wins.
 */
export function givenSettings(): Record<string, string> {
  const { required, optional } = declaredSettings();
  const known = new Set([...required, ...optional, ...Object.keys(readDotEnv())]);
  const passes = (name: string) => known.has(name) || name.startsWith("OTEL_");
  const entries = Object.entries(withoutCredentials(withDotEnv(process.env)));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => passes(entry[0]) && !!entry[1]),
  );
}

/** Reports the names in `.env` that neither the app nor `.env.example` lists. */
function unknownSettings(): string[] {
  const { required, optional } = declaredSettings();
  const example = readText(".env.example");
  const listed = Array.from(example.matchAll(/^(?:# )?([A-Z_]+)=/gm), ([, name]) => name);
  const known = new Set([...required, ...optional, ...listed]);
  const unknown = Object.keys(readDotEnv()).filter(
    (name) => !known.has(name) && !name.startsWith("OTEL_"),
  );
  return unknown.map(
    (name) => `.env sets ${name}, which is unknown: correct it, or list it in .env.example.`,
  );
}

/** Reports the settings that are missing, wrong, or unknown on this machine. */
export function settingProblems(): string[] {
  const given = { BACKEND_PORT: "1", ...withDotEnv(process.env) };
  const { exitCode, stderr } = runCli("check-settings", given, "pipe");
  if (exitCode === 0) return unknownSettings();
  const lines = `${stderr}`.trim().split("\n");
  return exitCode === 2 ? lines : [`backend/app/settings.py can't be imported: ${lines.at(-1)}`];
}
