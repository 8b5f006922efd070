/** Builds the image and tests it with every restriction that it supports: `bun run --cwd e2e e2e:image`. */

process.env.E2E_SERVER = "image";
const { default: config } = await import("./playwright.config.ts");
const { ports } = await import("./target.ts");

export default {
  ...config,
  grepInvert: [config.grepInvert ?? [], /@model/].flat(), // no provider runs inside the container
  webServer: [
    {
      name: "image",
      command: "bun scripts/image/preview.ts --scripted",
      cwd: "..",
      env: { IMAGE_PORT: ports.frontend },
      url: config.use?.baseURL,
      timeout: 600_000, // to build it
      gracefulShutdown: { signal: "SIGTERM" as const, timeout: 10_000 },
    },
  ],
};
