import react from "@vitejs/plugin-react";
import type { Plugin, ViteDevServer } from "vite";
import { defineConfig } from "vitest/config";
import manifest from "../package.json" with { type: "json" };
import { apiProxy, likeProduction, printViolations } from "./development.ts";
import securityHeaders from "./security-headers.json" with { type: "json" };

const { BACKEND_PORT, FRONTEND_ALLOWED_HOSTS, FRONTEND_HOST, FRONTEND_PORT } = process.env;
const proxy = apiProxy(Number(BACKEND_PORT || manifest.config.backendPort));

/** Escapes text for index.html, in which Vite replaces `%NAME%` by the definition as it is. */
function html(text: string): string {
  return JSON.stringify(text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`));
}

/** Leaves it to scripts/dev.ts to print the URL, once the backend answers too. */
function hideUrls(server: ViteDevServer): void {
  server.printUrls = () => undefined;
}

/** Makes a build depend on the code alone, whatever the shell exports. */
const ignoreShell: Plugin = {
  name: "ignore-shell",
  apply: "build",
  config: () => {
    process.env.NODE_ENV = "production";
    for (const name in process.env) if (name.startsWith("VITE_")) delete process.env[name];
  },
};

export default defineConfig({
  plugins: [
    ignoreShell,
    react(),
    likeProduction(),
    printViolations(),
    { name: "one-url", configureServer: hideUrls },
  ],
  build: {
    assetsInlineLimit: 0, // files stay files, which the content security policy allows
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    outDir: "../dist/frontend",
  },
  clearScreen: false,
  define: {
    "import.meta.env.PAGE_TITLE": html(manifest.displayName),
    "import.meta.env.PAGE_DESCRIPTION": html(manifest.description),
  },
  preview: { headers: securityHeaders, proxy },
  server: {
    allowedHosts: (FRONTEND_ALLOWED_HOSTS ?? "").split(/[\s,]+/).filter(Boolean),
    cors: false, // OPTIONS belongs to the API, as in production
    host: FRONTEND_HOST || "localhost",
    port: Number(FRONTEND_PORT || 5173),
    proxy,
    strictPort: true,
  },
  test: {
    env: { NODE_ENV: "test" }, // React's production build has no `act`
    environment: "jsdom",
    experimental: { diagnostics: false },
    expect: { poll: { timeout: 10_000 } },
    reporters: "minimal",
    restoreMocks: true,
    setupFiles: "vitest.setup.ts",
    testTimeout: 20_000, // a busy machine takes long to import a module
    unstubGlobals: true,
  },
});
