/** Runs servers side by side, for `bun run dev`, and stops all of them together. */
import { createServer } from "node:net";

const GRACE_MILLISECONDS = 5000;

interface Servers {
  /** The scripts of package.json that serve. */
  scripts: string[];
  /** Who listens where: each of these ports has to be free. */
  ports: Record<string, number>;
  /** What the scripts find in their environment beside ours. */
  env: Record<string, string>;
  /** What answers with success once everything serves; the last is the address to open. */
  urls: [...string[], string];
}

/** Ends with a sentence instead of a stack trace. */
function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

/** Whether nothing listens on a port of this machine, over IPv4 or IPv6. */
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

/** Whether a server answers a request with success. */
async function answers(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined);
  return response?.ok ?? false;
}

/** Sends a signal to every process of a group; false where none is left. */
function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

/** Stops every process of a group and waits until none is left. */
async function stopGroup(leader: number): Promise<void> {
  const deadline = Date.now() + GRACE_MILLISECONDS;
  signalGroup(leader, "SIGTERM");
  while (signalGroup(leader, "SIGCONT") && Date.now() < deadline) await Bun.sleep(25);
  signalGroup(leader, "SIGKILL");
}

/** Installs the backend's packages, then runs the servers until one ends or a signal comes. */
export async function serve({ scripts, ports, env, urls }: Servers): Promise<void> {
  if (!Bun.which("uv")) fail("uv is missing: install it from https://docs.astral.sh/uv/.");
  for (const [name, port] of Object.entries(ports)) {
    if (!(await isFree(port)))
      fail(`Port ${port}, the ${name}'s, is busy: stop what listens there.`);
  }
  const setup = Bun.spawnSync(["bun", "run", "--silent", "setup:backend"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (!setup.success) fail("The backend's packages can't be installed; uv says why above.");

  // A process group of its own, so that one signal reaches every process in it, however deep.
  const servers = Bun.spawn(["bun", "run", "--parallel", ...scripts], {
    detached: true,
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: "1" }), ...env },
    stdio: ["ignore", "inherit", "inherit"],
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
    fail("A server has ended by itself; its last lines above say why.");
  });
  for (const url of urls) while (!(await answers(url))) await Bun.sleep(50);
  console.log(`\n  ${urls.at(-1)}  (Ctrl-C stops it)\n`);
}
