import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";
import { production, url } from "./target.ts";

// Debian's Chromium where there is one; else Playwright's, from `bunx playwright install chromium`.
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";

if (!production) {
  console.log("The rows tagged @production are left out: the dev server has no built files.");
}

export default defineConfig({
  testDir: ".",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  ...(!production && { grepInvert: /@production/ }),
  reporter: "list",
  workers: 2,
  use: {
    ...devices["Desktop Chrome"],
    baseURL: url,
    launchOptions: {
      ...(existsSync(chromium) && { executablePath: chromium }),
      chromiumSandbox: process.getuid?.() !== 0, // Chromium's sandbox refuses to run as root
    },
    permissions: ["clipboard-read", "clipboard-write"],
    trace: "retain-on-failure",
  },
  ...(!process.env.E2E_URL && {
    webServer: {
      command: "bun run dev",
      cwd: "..",
      env: { ACCESS_LOG: "false" },
      url: `${url}/api/health`,
      reuseExistingServer: true,
      gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
    },
  }),
});
