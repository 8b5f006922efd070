import { existsSync } from "node:fs";
import { chromium, defineConfig, devices } from "@playwright/test";
import { isGiven, ports, production, provider, url } from "./target.ts";

const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", chromium.executablePath()].find(
  (path) => path && existsSync(path),
);
if (!executablePath) {
  console.error(
    "Chromium is missing: run `bun run --cwd e2e chromium`, or set CHROMIUM to its path.",
  );
  process.exit(1);
}

/** The tags of tests that this server can't pass. */
const leftOut: RegExp[] = [];
leftOut.push(production ? /@dev/ : /@production/); // the dev server has no built files
if (isGiven && !process.env.E2E_ECHO) leftOut.push(/@echo/); // only a test's backend has /api/echo
if (isGiven && !process.env.E2E_PROVIDER) leftOut.push(/@model/); // the server uses its own model

/** The backend with scripted answers and the provider of its model, for the servers in front of it. */
export const backend = [
  {
    name: "provider",
    command: `bun scripts/python.ts -m tests.provider ${ports.provider}`,
    cwd: "..",
    url: `${provider.url}/requests`,
  },
  {
    name: "backend",
    command: "bun scripts/python.ts -m tests.serve",
    cwd: "..",
    env: {
      ACCESS_LOG: "false",
      BACKEND_HOST: "127.0.0.1",
      BACKEND_PORT: ports.backend,
      MODEL_API_KEY: provider.key,
      MODEL_BASE_URL: `${provider.url}/v1`,
      MODEL_IDLE_SECONDS: "3",
      MODEL_NAME: "test-model",
    },
    url: `http://127.0.0.1:${ports.backend}/api/health`,
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
  },
] as const;

export default defineConfig({
  testDir: ".",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: process.env.CI ? 2 : 0, // a busy machine may be slow
  grepInvert: leftOut,
  reporter: "list",
  workers: 2,
  expect: { timeout: 10_000 }, // a busy machine may be slow
  use: {
    ...devices["Desktop Chrome"],
    baseURL: url,
    launchOptions: {
      executablePath,
      chromiumSandbox: process.getuid?.() !== 0, // Chromium's sandbox doesn't run as root
    },
    permissions: ["clipboard-read", "clipboard-write"],
    trace: "retain-on-failure",
  },
  ...(!isGiven && {
    webServer: [
      ...backend,
      {
        name: "frontend",
        command: "bun run --silent --cwd frontend dev",
        cwd: "..",
        env: { BACKEND_PORT: ports.backend, FRONTEND_PORT: ports.frontend },
        url,
      },
    ],
  }),
});
