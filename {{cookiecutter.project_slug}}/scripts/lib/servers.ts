/** The servers on this machine: their ports, and how they run side by side and stop together. */
import { existsSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { basename } from "node:path";
import { bypassProxy, fail, ROOT, withDotEnv } from "./environment";
import { output, requireTools } from "./tools";
import { preparePython } from "./venv";

/** How long servers may take to stop. */
const GRACE_MILLISECONDS = 5000;
/** How long to wait for the other servers before printing the address to open. */
const PATIENCE_MILLISECONDS = 10_000;

/** Reads a port from the shell or `.env`; returns a sentence if it is not a valid port. */
function findPort(name: string, fallback: number): number | string {
  const value = withDotEnv(process.env)[name] || fallback;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  return `${name} must be a port from 1 to 65535, not "${value}".`;
}

/** Reads a port from the shell or `.env`; ends the process if it is not a valid port. */
export function readPort(name: string, fallback: number): number {
  const port = findPort(name, fallback);
  return typeof port === "string" ? fail(port) : port;
}

/** Whether a port is free, over IPv4 and IPv6. */
async function isFree(port: number): Promise<boolean> {
  for (const host of ["127.0.0.1", "::1"]) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      const server = createServer().once("error", resolve);
      server.listen({ host, port }, () => server.close(() => resolve(undefined)));
    });
    if (error?.code === "EADDRINUSE") return false;
  }
  return true;
}

/** Names the process that listens on a port, if this user is allowed to see it. */
function holder(port: number): string {
  const lsof = output("lsof", "-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc");
  const ss = output("ss", "-Hltnp", `sport = :${port}`);
  const found =
    lsof?.match(/p(?<pid>\d+)\nc(?<name>.+)/) ?? ss?.match(/"(?<name>[^"]+)",pid=(?<pid>\d+)/);
  if (!found?.groups) return "another process";
  const { pid, name } = found.groups;
  const program = `/proc/${pid}/exe`; // on Linux, where Node.js calls itself MainThread
  return `${existsSync(program) ? basename(readlinkSync(program)) : name} (pid ${pid})`;
}

/** Reports settings that are not valid ports, and ports that another process uses. */
export async function portProblems(defaults: Record<string, number>): Promise<string[]> {
  const problems: string[] = [];
  for (const [name, fallback] of Object.entries(defaults)) {
    const port = findPort(name, fallback);
    if (typeof port === "string") problems.push(port);
    else if (!(await isFree(port))) {
      problems.push(`Port ${port} is in use by ${holder(port)}: stop it or set ${name} in .env.`);
    }
  }
  return problems;
}

/** Ends the process with a sentence for each port that is in use. */
export async function requireFreePorts(defaults: Record<string, number>): Promise<void> {
  const problems = await portProblems(defaults);
  if (problems.length > 0) fail(...problems);
}

/** The servers to run. */
export interface Servers {
  /** The workspaces whose `dev` scripts serve. */
  workspaces: string[];
  /** Each port that has to be free, by its setting, which the scripts get too. */
  ports: Record<string, number>;
  /** Variables for the scripts, in addition to those of the shell. */
  env: Record<string, string>;
  /** An address of each server; the last is the one to open in a browser. */
  urls: [...string[], string];
}

/** Whether a server responds successfully. */
async function responds(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined);
  return response?.ok ?? false;
}

/** Sends a signal to a process group; returns false if the group has no process left. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

/** Stops every process of a group, and waits until the last one has ended. */
async function stopGroup(leader: number): Promise<void> {
  if (process.platform === "win32") {
    Bun.spawnSync(["taskkill", "/pid", String(leader), "/t", "/f"]);
    return;
  }
  const deadline = Date.now() + GRACE_MILLISECONDS;
  signalGroup(leader, "SIGTERM");
  while (signalGroup(leader, 0) && Date.now() < deadline) await Bun.sleep(25);
  signalGroup(leader, "SIGKILL");
}

/**
 * Leads the process group of the servers. Standard input is a pipe from `runServers`: it closes
 * when that process ends, even if it was killed, and then the servers stop too.
 */
async function leadGroup(workspaces: string[]): Promise<never> {
  const filters = workspaces.flatMap((name) => ["--filter", name]);
  const servers = Bun.spawn(["bun", "run", "--parallel", ...filters, "dev"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  process.stdin.on("end", () => stopGroup(process.pid)).resume();
  process.exit(await servers.exited);
}

/** Prints the address to open, as soon as every server responds or some time has passed. */
async function announce(urls: Servers["urls"]): Promise<void> {
  const page = urls.at(-1) ?? "";
  const { hostname } = new URL(page); // not always localhost
  Object.assign(process.env, bypassProxy(process.env, hostname));
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (!(await responds(page))) await Bun.sleep(50);
  for (const url of urls) {
    while (!(await responds(url)) && Date.now() < deadline) await Bun.sleep(50);
  }
  console.log(`\n  ${page}  (Ctrl-C stops it)\n`);
}

/** Updates the backend's packages, then runs servers until one ends or a signal arrives. */
export async function runServers({ workspaces, ports, env, urls }: Servers): Promise<void> {
  requireTools("node", "packages");
  await requireFreePorts(ports);
  preparePython();

  Object.assign(process.env, process.stdout.isTTY && { FORCE_COLOR: "1" }, ports, env);
  // In its own process group, so that one signal reaches all servers and their children.
  const servers = Bun.spawn(["bun", import.meta.path, ...workspaces], {
    cwd: ROOT,
    detached: true,
    env: process.env,
    stdio: ["pipe", "inherit", "inherit"],
  });
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, async () => {
      if (stopping) return;
      stopping = true;
      await stopGroup(servers.pid);
      process.exit(0);
    });
  }
  servers.exited.then(async () => {
    if (stopping) return;
    await stopGroup(servers.pid);
    fail("A server has stopped: its last lines above say why.");
  });
  await announce(urls);
}

if (import.meta.main) await leadGroup(process.argv.slice(2));
