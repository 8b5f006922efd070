/** The settings of the app: which there are, which are given, which are missing. */
import { readDotEnv, withDotEnv, withoutPythonTargets } from "./environment";
import { preparePython } from "./python";
import { BACKEND } from "./venv";

/** The names of the settings that `backend/app/settings.py` declares. */
interface Declared {
  required: string[];
  optional: string[];
}

/** Asks the backend which settings it declares; none if it can't be imported, which it says. */
function declaredSettings(): Declared {
  const { success, stdout } = Bun.spawnSync([preparePython(), "-m", "app.settings"], {
    cwd: BACKEND,
    env: withoutPythonTargets(process.env),
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
  const entries = Object.entries(withDotEnv(process.env));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => passes(entry[0]) && !!entry[1]),
  );
}

/** Says, for each required setting whose name is not given, how to set it. */
export function missingSettings(given: () => string[], remedy: (name: string) => string): string[] {
  const { required } = declaredSettings();
  if (required.length === 0) return [];
  const names = given();
  const missing = required.filter((name) => !names.includes(name));
  return missing.map((name) => `The app needs ${name}: ${remedy(name)}.`);
}

/** Says which required settings neither `.env` nor the shell sets. */
export function missingLocalSettings(): string[] {
  return missingSettings(
    () => Object.keys(givenSettings()),
    () => "set it in .env",
  );
}
