/** Reads the servers' ports from the settings, and checks that they are free. */
import { existsSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { basename } from "node:path";
import { fail, withDotEnv } from "./environment";
import { output } from "./tools";

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
