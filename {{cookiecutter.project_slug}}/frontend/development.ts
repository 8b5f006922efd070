/** Makes the development server behave like the servers in production. */
import { randomBytes } from "node:crypto";
import { type IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { Plugin, ProxyOptions } from "vite";
import manifest from "../package.json" with { type: "json" };
import securityHeaders from "./security-headers.json" with { type: "json" };

/** Sends a problem document (RFC 9457). */
function sendProblem(response: ServerResponse, status: number, title: string, detail?: string) {
  response.writeHead(status, { "Content-Type": "application/problem+json" });
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
          response.setHeader("Retry-After", "1");
          sendProblem(response, 503, "Service Unavailable", detail);
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

/** A character that means the same whether it is encoded or not: RFC 3986, section 2.3. */
const ENCODED = /%(?:[46][1-9a-f]|[57][0-9a]|3\d|2[de]|5f|7e)/gi;

/** Treats requests as the servers in production do. */
export function likeProduction(): Plugin {
  const parents = manifest.config.apiPaths.map((path) => path.replace(/\/\*$/, ""));
  return {
    name: "like-production",
    configureServer: ({ httpServer, middlewares }) => {
      // a request to upgrade to anything else, such as h2c, is served without the upgrade
      const isWebSocket = ({ headers }: IncomingMessage) =>
        /^websocket$/i.test(`${headers.upgrade}`);
      Object.assign(httpServer ?? {}, { shouldUpgradeCallback: isWebSocket });
      middlewares.use((request, _response, next) => {
        request.url = request.url?.replace(ENCODED, decodeURIComponent);
        next();
      });
      return () => {
        // what is neither a file nor the API: a page if a browser opens it, otherwise 404
        middlewares.use((request, response, next) => {
          const { headers, method = "", originalUrl = "" } = request;
          const [path = ""] = originalUrl.split("?");
          const isFile = path.slice(path.lastIndexOf("/")).includes(".");
          const isOpened = /^(GET|HEAD)$/.test(method) && headers.accept?.includes("text/html");
          const isPage = isOpened && !isFile && !parents.includes(path);
          if (isPage || path === "/" || path === "/index.html") next();
          else sendProblem(response, 404, "Not Found");
        });
      };
    },
  };
}

/** Where browsers send their reports. */
const REPORTS = "/@policy-violations";

/**
 * Reads a report (https://www.w3.org/TR/CSP3/#deprecated-serialize-violation) and describes it in
 * a sentence. Returns undefined if it isn't about the deployed app.
 */
async function describeViolation(request: IncomingMessage): Promise<string | undefined> {
  // other sites' pages can't send this type
  if (request.headers["content-type"] !== "application/csp-report") return undefined;
  const report: Record<string, unknown> = JSON.parse(await text(request))["csp-report"] ?? {};
  const { "source-file": source = "", "effective-directive": directive } = report;
  // a browser's extension, or Vite's own client, which shows errors in a way that the policy forbids
  if (/extension\b|\/@vite\/client$/.test(`${source}`)) return undefined;
  const place = source && ` at ${JSON.stringify(source)}, line ${Number(report["line-number"])}`;
  return (
    "The Content Security Policy will block this when deployed: " +
    `${JSON.stringify(report["blocked-uri"])}, by ${JSON.stringify(directive)}${place}. ` +
    "The policy is in frontend/security-headers.json."
  );
}

/**
 * Sends the Content Security Policy of the deployed app in development too, to report only, and
 * prints once what it would block. What Vite adds to the page is allowed by a nonce.
 */
export function printViolations(): Plugin {
  const nonce = randomBytes(16).toString("base64");
  const policy = securityHeaders["Content-Security-Policy"]
    .replace(/(script|style)-src/g, `$& 'nonce-${nonce}'`)
    .concat(`; report-uri ${REPORTS}`);
  return {
    name: "print-violations",
    apply: "serve",
    config: () => ({
      html: { cspNonce: nonce },
      server: { headers: { "Content-Security-Policy-Report-Only": policy } },
    }),
    configureServer: (server) => {
      server.middlewares.use(REPORTS, async (request, response) => {
        const sentence = await describeViolation(request).catch(() => undefined);
        if (sentence) server.config.logger.warnOnce(sentence);
        response.writeHead(204).end();
      });
    },
  };
}
