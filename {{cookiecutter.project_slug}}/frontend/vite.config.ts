import react from "@vitejs/plugin-react";
import type { ViteDevServer } from "vite";
import { defineConfig } from "vitest/config";
import manifest from "../package.json" with { type: "json" };
import { namePage } from "./html.ts";
import { apiProxy, notFound } from "./proxy.ts";
import securityHeaders from "./security-headers.json" with { type: "json" };

const { BACKEND_PORT, FRONTEND_ALLOWED_HOSTS, FRONTEND_HOST, FRONTEND_PORT } = process.env;
const proxy = apiProxy(Number(BACKEND_PORT || manifest.config.backendPort));

/** Leaves it to scripts/dev.ts to print the URL, once the backend answers too. */
function hideUrls(server: ViteDevServer): void {
  server.printUrls = () => undefined;
}

export default defineConfig({
  plugins: [react(), namePage(), notFound(), { name: "one-url", configureServer: hideUrls }],
  build: {
    assetsInlineLimit: 0, // files stay files, which the content security policy allows
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    outDir: "../dist/frontend",
  },
  clearScreen: false,
  preview: { headers: securityHeaders, proxy },
  server: {
    allowedHosts: FRONTEND_ALLOWED_HOSTS?.split(",") ?? [],
    host: FRONTEND_HOST || "localhost",
    port: Number(FRONTEND_PORT || 5173),
    proxy,
    strictPort: true,
  },
  test: { environment: "jsdom", restoreMocks: true, unstubGlobals: true },
});
