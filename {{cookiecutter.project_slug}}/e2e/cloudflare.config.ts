/** Tests the Worker with the production build, in front of the backend: `bun run --cwd e2e e2e:worker`. */

process.env.E2E_SERVER = "worker";
const { backend, default: config } = await import("./playwright.config.ts");
const { ports } = await import("./target.ts");

export default {
  ...config,
  webServer: [
    ...backend,
    {
      name: "worker",
      command: "bun run build:cloudflare-prod && bun scripts/cloudflare/wrangler.ts --production",
      cwd: "..",
      env: { BACKEND_PORT: ports.backend, WORKER_PORT: ports.frontend },
      url: config.use?.baseURL,
      gracefulShutdown: { signal: "SIGTERM" as const, timeout: 10_000 },
    },
  ],
};
