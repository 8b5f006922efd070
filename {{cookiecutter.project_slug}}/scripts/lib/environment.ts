/** The environment of the commands: the shell's variables, and the settings in `.env`. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import util from "node:util"; // as a whole, since an old bun lacks parseEnv and has to be told so

/** The project's root folder. */
export const ROOT = resolve(import.meta.dir, "../..");

/** A process's environment. */
export type Environment = Record<string, string | undefined>;

/** Names of this machine, which no proxy can reach on its behalf. */
const LOCAL_HOSTS = ["localhost", "127.0.0.1", "::1"];

/** Variables that make Python or uv work on something else than `backend/.venv`. */
const PYTHON_TARGETS = [
  "CONDA_DEFAULT_ENV",
  "CONDA_PREFIX",
  "PYTHONHOME",
  "PYTHONOPTIMIZE", // would turn off the assertions in tests
  "PYTHONPATH",
  "PYTHONPLATLIBDIR",
  "PYTHONSAFEPATH", // would hide the package `app` from `python -m app.server`
  "PYTHONUSERBASE",
  "UV_BREAK_SYSTEM_PACKAGES",
  "UV_BUILD_CONSTRAINT",
  "UV_CONSTRAINT",
  "UV_OVERRIDE",
  "UV_PREFIX",
  "UV_PROJECT",
  "UV_PROJECT_ENVIRONMENT",
  "UV_PYTHON",
  "UV_SYSTEM_PYTHON",
  "UV_TARGET",
  "UV_WORKING_DIR",
  "UV_WORKING_DIRECTORY",
  "VIRTUAL_ENV",
];

/** Returns this machine's names that the variables give to a proxy. */
function findProxiedHosts(environment: Environment): string[] {
  const proxies = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
  if (!proxies.some((name) => environment[name])) return [];
  const direct = (environment.no_proxy || environment.NO_PROXY || "").split(/[\s,]+/);
  return direct.includes("*") ? [] : LOCAL_HOSTS.filter((host) => !direct.includes(host));
}

/** Adds this machine's names to the hosts that are asked without a proxy. */
export function bypassProxy(environment: Environment): Environment {
  const hosts = (environment.no_proxy || environment.NO_PROXY || "").split(",");
  const merged = [...new Set([...hosts, ...LOCAL_HOSTS])].filter(Boolean).join(",");
  return { ...environment, NO_PROXY: merged, no_proxy: merged };
}

/** Removes the variables that would make Python or uv work on another environment. */
export function withoutPythonTargets(environment: Environment): Environment {
  const kept = Object.entries(environment).filter(([name]) => !PYTHON_TARGETS.includes(name));
  return Object.fromEntries(kept);
}

/** Reads `.env`. Values are literal: a `$` in them is not expanded. */
export function readDotEnv(): Environment {
  const path = resolve(ROOT, ".env");
  return existsSync(path) ? util.parseEnv(readFileSync(path, "utf8")) : {};
}

/** Adds the settings in `.env`; variables that are set in the shell win. */
export function withDotEnv(environment: Environment): Environment {
  return { ...readDotEnv(), ...environment };
}

/**
 * Replaces this process by a program: signals and the exit status are then the program's own.
 * Windows can't do that; there this process waits, and Ctrl-C reaches both.
 */
export function exec(program: string, args: string[], environment: Environment): never {
  if (process.platform !== "win32") {
    return process.execve?.(program, [program, ...args], environment as NodeJS.ProcessEnv) as never;
  }
  const stdio: ["inherit", "inherit", "inherit"] = ["inherit", "inherit", "inherit"];
  process.exit(Bun.spawnSync([program, ...args], { env: environment, stdio }).exitCode);
}

/** Ends the process with a sentence instead of a stack trace. */
export function fail(...sentences: string[]): never {
  for (const sentence of sentences) console.error(sentence);
  process.exit(1);
}

/** This machine's names that the shell's variables give to a proxy, before they are changed here. */
export const PROXIED_HOSTS = findProxiedHosts(process.env);

Object.assign(process.env, bypassProxy(process.env)); // for requests of the scripts themselves
