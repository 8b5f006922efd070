/** The environment of the commands: this folder, the shell's variables, and the settings in `.env`. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import util from "node:util"; // as a whole, because an old bun lacks parseEnv and must still start
import { config } from "../../package.json";

/** The project's root folder. */
export const ROOT = resolve(import.meta.dir, "../..");

/** Reads a file of this project. */
export const readText = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** The parts of a package.json that the commands read. */
export interface Manifest {
  version?: string;
  scripts?: Record<string, string>;
  affectedBy?: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** Reads the package.json in a folder of this project. */
export const readManifest = (folder: string): Manifest =>
  JSON.parse(readText(join(folder, "package.json")));

/** Lists the Dockerfiles, whose tags repeat versions that package.json sets. */
export function listDockerfiles(): string[] {
  const paths = ["Dockerfile*", ".devcontainer/Dockerfile*"].flatMap((pattern) => [
    ...new Bun.Glob(pattern).scanSync({ cwd: ROOT, dot: true }),
  ]);
  return paths.filter((path) => !path.endsWith(".dockerignore"));
}

/** A process's environment. */
export type Environment = Record<string, string | undefined>;

/** This machine's own names, which must not go through a proxy. */
const LOCAL_HOSTS = ["localhost", "127.0.0.1", "::1"];

/**
 * Variables that make Python or uv use something other than `backend/.venv`. `PYTHONOPTIMIZE` would
 * turn off the assertions in tests, and `PYTHONSAFEPATH` would hide the package `app`.
 */
const PYTHON_TARGETS = new RegExp(
  "^(CONDA_(DEFAULT_ENV|PREFIX)|PYTHON(HOME|OPTIMIZE|PATH|PLATLIBDIR|SAFEPATH|USERBASE)|VIRTUAL_ENV|" +
    "UV_(BREAK_SYSTEM_PACKAGES|(BUILD_)?CONSTRAINT|OVERRIDE|PREFIX|PROJECT(_ENVIRONMENT)?|PYTHON|" +
    "SYSTEM_PYTHON|TARGET|WORKING_DIR(ECTORY)?))$",
);

/** Returns this machine's names whose requests would go through the variables' proxy. */
function findProxiedHosts(environment: Environment): string[] {
  const proxies = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
  if (!proxies.some((name) => environment[name])) return [];
  const direct = (environment.no_proxy || environment.NO_PROXY || "").split(/[\s,]+/);
  return direct.includes("*") ? [] : LOCAL_HOSTS.filter((host) => !direct.includes(host));
}

/** Adds this machine's names, and others, to the hosts that are requested without a proxy. */
export function bypassProxy(environment: Environment, ...others: string[]): Environment {
  const hosts = (environment.no_proxy || environment.NO_PROXY || "").split(",");
  const merged = [...new Set([...hosts, ...LOCAL_HOSTS, ...others])].filter(Boolean).join(",");
  return { ...environment, NO_PROXY: merged, no_proxy: merged };
}

/** Removes the variables that configure tools, such as an API token: the app never gets them. */
export function withoutCredentials(environment: Environment): Environment {
  const isTools = (name: string) => config.toolPrefixes.some((prefix) => name.startsWith(prefix));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isTools(name)));
}

/** Returns the environment for Python, without other virtual environments and credentials. */
export function pythonEnvironment(environment: Environment): Environment {
  const kept = Object.entries(environment).filter(([name]) => !PYTHON_TARGETS.test(name));
  return withoutCredentials(Object.fromEntries(kept));
}

/** Returns a sentence if `.env` exists but can't be read. */
export function dotEnvProblem(): string | undefined {
  const path = resolve(ROOT, ".env");
  if (!existsSync(path)) return undefined;
  if (!statSync(path).isFile()) return ".env is a folder: make it a file.";
  const isText = !readFileSync(path).includes(0);
  return isText ? undefined : ".env is encoded in UTF-16: save it as UTF-8.";
}

/** Reads `.env`; ends the process if it can't. A `$` in a value is literal. */
export function readDotEnv(): Environment {
  const path = resolve(ROOT, ".env");
  const problem = dotEnvProblem();
  if (problem) fail(problem);
  return existsSync(path) ? util.parseEnv(readFileSync(path, "utf8").replace(/^\uFEFF/, "")) : {};
}

/** Adds the settings in `.env`; variables that are set in the shell win. */
export function withDotEnv(environment: Environment): Environment {
  return { ...readDotEnv(), ...environment };
}

/**
 * Replaces this process with a program: signals and the exit status are then the program's own.
 * Windows can't do that. There, this process waits, and Ctrl-C reaches both.
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

/** The names that the shell's own variables send through a proxy, before the change below. */
export const PROXIED_HOSTS = findProxiedHosts(process.env);

Object.assign(process.env, bypassProxy(process.env)); // for requests of the scripts themselves
