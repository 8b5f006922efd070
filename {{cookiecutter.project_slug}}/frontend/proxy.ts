import { ServerResponse } from "node:http";
import type { ProxyOptions } from "vite";
import manifest from "../package.json" with { type: "json" };

const UNAVAILABLE = {
  status: 503,
  title: "Service Unavailable",
  detail: "The backend is not there. It may be starting; the terminal says more.",
};

/**
 * What the dev server passes on to the backend: the paths of `config.apiPaths`.
 *
 * Like the servers in production it answers 503 with `Retry-After` where the backend is not
 * there, and breaks off the answer to the browser when the backend breaks off.
 */
export function apiProxy(backendPort: number): Record<string, ProxyOptions> {
  const options: ProxyOptions = {
    target: `http://127.0.0.1:${backendPort}`,
    configure: (proxy) => {
      proxy.on("error", (_error, _request, response) => {
        if (!(response instanceof ServerResponse)) response.destroy();
        else if (response.headersSent) response.destroy();
        else {
          const headers = { "Content-Type": "application/problem+json", "Retry-After": "1" };
          response.writeHead(UNAVAILABLE.status, headers).end(JSON.stringify(UNAVAILABLE));
        }
      });
      proxy.on("proxyRes", (answer, _request, response) => {
        answer.on("close", () => answer.complete || response.destroy());
        response.on("close", () => answer.destroy());
      });
    },
  };
  return Object.fromEntries(manifest.config.apiPaths.map((path) => [pattern(path), options]));
}

/** Turns `/env` into a pattern for that path alone, and `/api/*` into one for all below it. */
function pattern(path: string): string {
  return path.endsWith("/*") ? `^${path.slice(0, -1)}` : `^${path}(\\?|$)`;
}
