// bun run dev: the backend with reload and the frontend with hot reload, at one URL.
// With --debug, a Python debugger can attach to the backend (.vscode/launch.json does).
import { createServer } from "node:net";
import { config } from "../package.json";

const FRONTEND_PORT = 5173;
const DEBUG_PORT = 5678;
const GRACE_MILLISECONDS = 5000;
const URL = `http://localhost:${FRONTEND_PORT}`;
const BACKEND_PORT = Number(process.env.BACKEND_PORT ?? config.backendPort);
const debug = process.argv.includes("--debug");

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

if (!Bun.which("uv")) fail("uv is missing: install it from https://docs.astral.sh/uv/.");
const ports = {
  frontend: FRONTEND_PORT,
  backend: BACKEND_PORT,
  ...(debug && { debugger: DEBUG_PORT }),
};
for (const [name, port] of Object.entries(ports)) {
  if (!(await isFree(port))) fail(`Port ${port}, the ${name}'s, is busy: stop what listens there.`);
}
const setup = Bun.spawnSync(["bun", "run", "--silent", "setup:backend"], {
  stdio: ["ignore", "inherit", "inherit"],
});
if (!setup.success) fail("The backend's packages can't be installed; uv says why above.");

// A process group of its own, so that one signal reaches every process in it, however deep.
const servers = Bun.spawn(
  ["bun", "run", "--parallel", debug ? "dev:debug" : "dev:backend", "dev:frontend"],
  {
    detached: true,
    env: {
      ...process.env,
      BACKEND_PORT: String(BACKEND_PORT),
      ...(process.stdout.isTTY && { FORCE_COLOR: "1" }),
    },
    stdio: ["ignore", "inherit", "inherit"],
  },
);

function signalGroup(signal: NodeJS.Signals): boolean {
  try {
    process.kill(-servers.pid, signal);
    return true;
  } catch {
    return false; // no process of the group is left
  }
}

/** Stops every server and waits until none is left. */
async function stop(): Promise<void> {
  const deadline = Date.now() + GRACE_MILLISECONDS;
  signalGroup("SIGTERM");
  while (signalGroup("SIGCONT") && Date.now() < deadline) await Bun.sleep(25);
  signalGroup("SIGKILL");
}

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    await stop();
    process.exit(0);
  });
}

servers.exited.then(async () => {
  if (stopping) return;
  await stop();
  fail("A server has ended by itself; its last lines above say why.");
});

/** Whether a server answers a request with success. */
async function answers(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined);
  return response?.ok ?? false;
}

while (!(await answers(`http://127.0.0.1:${BACKEND_PORT}/api/health`))) await Bun.sleep(50);
while (!(await answers(URL))) await Bun.sleep(50);
console.log(`\n  ${URL}  (Ctrl-C stops it)\n`);
