/**
 * Runs the backend for development, and restarts it when its code, its locked packages, or the
 * settings in `.env` change. With `DEBUGGER=1`, a Python debugger can attach to it.
 *
 *     bun scripts/backend.ts
 */
import { watch, watchFile } from "node:fs";
import { join } from "node:path";
import { config } from "../package.json";
import { ROOT, withDotEnv } from "./lib/environment";
import { readPort } from "./lib/servers";
import { requireTools } from "./lib/tools";
import { BACKEND, preparePython } from "./lib/venv";

/** How long the backend may take to stop. */
const GRACE_MILLISECONDS = 3000;
/** How long to wait for further changes: editors and git write several files at once. */
const SETTLE_MILLISECONDS = 100;

const port = readPort("BACKEND_PORT", config.backendPort);
const DEBUGPY = ["-Xfrozen_modules=off", "-m", "debugpy", "--listen"];
const args = process.env.DEBUGGER ? [...DEBUGPY, `127.0.0.1:${readPort("DEBUG_PORT", 5678)}`] : [];

/** Starts the backend, with the settings as they are now. */
function start(): Bun.Subprocess {
  return Bun.spawn(["bun", join(import.meta.dir, "python.ts"), ...args, "-m", "app.server"], {
    cwd: ROOT,
    env: {
      ...withDotEnv(process.env),
      BACKEND_HOST: "127.0.0.1",
      BACKEND_PORT: String(port),
      LAYOUT: "development",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** Stops the backend, and kills it if that takes too long. */
async function stop(running: Bun.Subprocess): Promise<void> {
  const timer = setTimeout(() => running.kill("SIGKILL"), GRACE_MILLISECONDS);
  running.kill("SIGTERM");
  await running.exited;
  clearTimeout(timer);
}

requireTools();
preparePython();
let backend = Promise.resolve(start());
let settled: Timer | undefined;

/** Restarts the backend once the changes have stopped. */
function restart(): void {
  clearTimeout(settled);
  settled = setTimeout(() => {
    backend = backend.then(stop).then(start);
  }, SETTLE_MILLISECONDS);
}

watch(join(BACKEND, "app"), { recursive: true }, (_event, name) => {
  if (name?.endsWith(".py")) restart();
});
// polled by name, because `.env` may not exist yet
for (const path of [join(ROOT, ".env"), join(BACKEND, "requirements-dev.txt")]) {
  watchFile(path, { interval: 500 }, restart);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, async () => {
    await stop(await backend);
    process.exit(0);
  });
}
