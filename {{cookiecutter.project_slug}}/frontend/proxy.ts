import { ServerResponse } from "node:http";
import type { Plugin, ProxyOptions } from "vite";
import manifest from "../package.json" with { type: "json" };

/** Sends a problem document (RFC 9457). */
function sendProblem(
  response: ServerResponse,
  status: number,
  title: string,
  detail?: string,
  headers = {},
) {
  response.writeHead(status, { "Content-Type": "application/problem+json", ...headers });
  response.end(JSON.stringify({ status, title, detail }));
}

/**
 * Passes the API's paths (`config.apiPaths`), WebSockets included, to the backend.
 *
 * Like the servers in production it responds with 503 and `Retry-After` if there is no backend, and
 * cuts the response to the browser when the backend cuts its own.
 */
export function apiProxy(backendPort: number): Record<string, ProxyOptions> {
  const options: ProxyOptions = {
    target: `http://127.0.0.1:${backendPort}`,
    ws: true,
    configure: (proxy) => {
      proxy.on("error", (_error, _request, response) => {
        if (!(response instanceof ServerResponse) || response.headersSent) response.destroy();
        else {
          const detail = "The backend is not running. The terminal shows why, or it is starting.";
          sendProblem(response, 503, "Service Unavailable", detail, { "Retry-After": "1" });
        }
      });
      proxy.on("proxyRes", (received, _request, response) => {
        received.on("close", () => {
          if (!received.complete) response.destroy();
        });
        response.on("close", () => received.destroy());
      });
    },
  };
  return Object.fromEntries(manifest.config.apiPaths.map((path) => [pattern(path), options]));
}

/** Turns `/env` into a pattern for that path alone, and `/api/*` into one for all below it. */
function pattern(path: string): string {
  return path.endsWith("/*") ? `^${path.slice(0, -1)}` : `^${path}(\\?|$)`;
}

/** Responds with 404, as in production, to paths that are neither files, API nor pages. */
export function notFound(): Plugin {
  const parents = manifest.config.apiPaths.map((path) => path.replace(/\/\*$/, ""));
  return {
    name: "not-found",
    configureServer: (server) => () => {
      server.middlewares.use((request, response, next) => {
        const [path = ""] = (request.originalUrl ?? "").split("?");
        const isFile = path.slice(path.lastIndexOf("/")).includes(".") && path !== "/index.html";
        if (isFile || parents.includes(path)) sendProblem(response, 404, "Not Found");
        else next();
      });
    },
  };
}
