/** The ports of the servers on this machine: read from the settings, and checked before use. */
import { createServer } from "node:net";
import { fail, withDotEnv } from "./environment";
import { output } from "./tools";

/** Reads a port from the shell's variables or `.env`. */
export function readPort(name: string, fallback: number): number {
  const value = withDotEnv(process.env)[name] || fallback;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  return fail(`${name} must be a port from 1 to 65535, not "${value}".`);
}

/** Whether nothing listens on a port, over IPv4 or IPv6. */
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

/** Names the process that listens on a port, as far as this user may see it. */
function holder(port: number): string {
  const lsof = output("lsof", "-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc");
  const ss = output("ss", "-Hltnp", `sport = :${port}`);
  const found =
    lsof?.match(/p(?<pid>\d+)\nc(?<name>.+)/) ?? ss?.match(/"(?<name>[^"]+)",pid=(?<pid>\d+)/);
  return found?.groups ? `${found.groups.name} (pid ${found.groups.pid})` : "another process";
}

/** Ends the process with a sentence for each port that is in use. */
export async function requireFreePorts(ports: Record<string, number>): Promise<void> {
  const problems: string[] = [];
  for (const [name, port] of Object.entries(ports)) {
    if (await isFree(port)) continue;
    problems.push(`Port ${port} is in use by ${holder(port)}: stop it or set ${name} in .env.`);
  }
  if (problems.length > 0) fail(...problems);
}
