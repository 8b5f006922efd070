/** The settings of the app: which there are, which are given, which are missing or wrong. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pythonEnvironment, ROOT, readDotEnv, withDotEnv, withoutCredentials } from "./environment";
import { BACKEND, preparePython } from "./venv";

/** The names of the settings that `backend/app/settings.py` declares. */
export interface Declared {
  required: string[];
  optional: string[];
}

/** Asks the backend which settings it declares; none if it can't be imported, which it says. */
export function declaredSettings(): Declared {
  const { success, stdout } = Bun.spawnSync([preparePython(), "-m", "app.server.cli", "settings"], {
    cwd: BACKEND,
    env: pythonEnvironment(process.env),
    stdio: ["ignore", "pipe", "inherit"],
  });
  return success ? JSON.parse(stdout.toString()) : { required: [], optional: [] };
}

/**
 * Returns what a server on this machine passes to the app: what `.env` sets, and what the shell
 * sets of the declared settings and of OpenTelemetry's variables. The shell wins.
 */
export function givenSettings(): Record<string, string> {
  const { required, optional } = declaredSettings();
  const dotEnv = readDotEnv();
  const passes = (name: string) =>
    Object.hasOwn(dotEnv, name) ||
    required.includes(name) ||
    optional.includes(name) ||
    name.startsWith("OTEL_");
  const entries = Object.entries(withoutCredentials(withDotEnv(process.env)));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => passes(entry[0]) && !!entry[1]),
  );
}

/** Says which settings are missing or wrong on this machine. */
function wrongSettings(): string[] {
  const command = [preparePython(), "-m", "app.server.cli", "check-settings"];
  const { exitCode, stderr } = Bun.spawnSync(command, {
    cwd: BACKEND,
    env: pythonEnvironment({ BACKEND_PORT: "1", ...withDotEnv(process.env) }),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines = stderr.toString().trim().split("\n");
  if (exitCode === 0 || exitCode === 2) return lines.filter(Boolean);
  return [`backend/app/settings.py can't be imported: ${lines.at(-1)}`];
}

/** Says which names in `.env` neither the app nor `.env.example` knows. */
function unknownSettings(): string[] {
  const { required, optional } = declaredSettings();
  const example = readFileSync(join(ROOT, ".env.example"), "utf8");
  const listed = Array.from(example.matchAll(/^(?:# )?([A-Z_]+)=/gm), ([, name]) => name);
  const known = new Set([...required, ...optional, ...listed]);
  const unknown = Object.keys(readDotEnv()).filter(
    (name) => !known.has(name) && !name.startsWith("OTEL_"),
  );
  return unknown.map(
    (name) => `.env sets ${name}, which is unknown: correct it, or list it in .env.example.`,
  );
}

/** Says which settings are missing, wrong or unknown on this machine. */
export function settingProblems(): string[] {
  const wrong = wrongSettings();
  return wrong.length > 0 ? wrong : unknownSettings();
}
