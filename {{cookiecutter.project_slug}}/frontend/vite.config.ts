import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import manifest from "../package.json" with { type: "json" };
import { namePage } from "./html.ts";
import { apiProxy } from "./proxy.ts";
import securityHeaders from "./security-headers.json" with { type: "json" };

const proxy = apiProxy(Number(process.env.BACKEND_PORT ?? manifest.config.backendPort));

export default defineConfig({
  plugins: [react(), namePage()],
  build: {
    assetsInlineLimit: 0, // files stay files, which the content security policy allows
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    outDir: "../dist/frontend",
  },
  clearScreen: false,
  preview: { headers: securityHeaders, proxy },
  server: { proxy, strictPort: true },
  test: { environment: "jsdom", restoreMocks: true, unstubGlobals: true },
});
