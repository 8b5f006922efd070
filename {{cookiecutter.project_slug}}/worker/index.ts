import securityHeaders from "../frontend/security-headers.json";
import { config } from "../package.json";
import { clientAddress, forwardedHeaders, isWebSocket, readBody } from "./http/forwarding";
import { problem, unavailable } from "./http/problems";
import { decodePath, isListed, judge } from "./http/routes";
import { FORMER_HEADER, Router, SCALING_HEADER } from "./scaling/router";
import { forwardToService } from "./services";

export { Backend } from "./backend";

const RATE_PERIOD_SECONDS = "60";

/** The Worker's bindings, with variables that wrangler.toml doesn't declare. */
interface Bindings extends Env {
  /** Where `bun run dev:cloudflare` runs the backend instead of containers. */
  BACKEND_ORIGIN?: string;
  /** The path at which that backend reaches services. */
  SERVICES_PREFIX?: string;
  /** Where to place new instances. Without it, they start near the first request. */
  LOCATION_HINT?: DurableObjectLocationHint;
}

/** Headers between the Worker and the instances. Clients can neither set nor see them. */
const SCALING_HEADERS = [SCALING_HEADER, FORMER_HEADER];

/** This isolate's router. It knows only what instances have reported to it. */
const router = new Router();

/** Rejects a request without an endpoint, as the app would, so that no container starts. */
function refuseUnknown(request: Request, path: string): Response | undefined {
  const verdict = judge(request.method, path, isWebSocket(request));
  if (verdict.status === 403) return new Response(null, { status: 403 });
  if (verdict.status === 404) return problem(404, "Not Found");
  if (verdict.status === 405) return problem(405, "Method Not Allowed", { Allow: verdict.allow });
  return undefined;
}

/** Rejects a client that sends too many requests to the limited paths. */
async function refuseTooMany(request: Request, path: string, env: Bindings) {
  const routed = path.replace(/\n$/, ""); // the app ignores a line break at the end
  if (request.method === "OPTIONS" || !isListed(routed, config.limitedPaths)) return undefined;
  const { success } = await env.STREAM_LIMIT.limit({ key: clientAddress(request) });
  if (success) return undefined;
  return problem(429, "Too many requests. Try again in a minute.", {
    "Retry-After": RATE_PERIOD_SECONDS,
  });
}

/** Forwards a request for the API to a container, or to the backend of `bun run dev:cloudflare`. */
async function forward(request: Request, url: URL, env: Bindings, id: string): Promise<Response> {
  const body = await readBody(request, env.MAX_BODY_BYTES);
  if (body instanceof Response) return body;
  const headers = forwardedHeaders(request, url, id);
  for (const name of SCALING_HEADERS) headers.delete(name);
  const init = { method: request.method, headers, body, redirect: "manual" } as const;
  if (env.BACKEND_ORIGIN)
    return fetch(new URL(url.pathname + url.search, env.BACKEND_ORIGIN), init);
  const placement = env.LOCATION_HINT ? { locationHint: env.LOCATION_HINT } : {};
  return router.dispatch((instance, ask) => {
    for (const name of SCALING_HEADERS) headers.set(name, ask);
    return env.BACKEND.getByName(String(instance), placement).fetch(url, init);
  }, env.MAX_INSTANCES);
}

/** Returns whether a browser is opening a page: it asks for HTML, and the path isn't a file's. */
function isNavigation(request: Request, path: string): boolean {
  const namesFile = path.slice(path.lastIndexOf("/") + 1).includes(".");
  return (
    (request.method === "GET" || request.method === "HEAD") &&
    (request.headers.get("Accept") ?? "").includes("text/html") &&
    !namesFile &&
    !path.startsWith("/assets/")
  );
}

/** Responds to what is neither the API nor a file: the app shell if a browser opens a page, or 404. */
async function serveFallback(request: Request, path: string, assets: Fetcher): Promise<Response> {
  if (!isNavigation(request, path)) return problem(404, "There is nothing at this address.");
  const shell = await assets.fetch(new URL("/", request.url), { method: request.method });
  const response = new Response(shell.body, shell);
  for (const [name, value] of Object.entries(securityHeaders)) response.headers.set(name, value);
  response.headers.set("Cache-Control", "no-cache");
  return response;
}

async function respond(request: Request, url: URL, env: Bindings, id: string): Promise<Response> {
  const path = decodePath(url.pathname);
  if (path === undefined) return problem(400, "The address is malformed.");
  if (!isListed(path, config.apiPaths)) return serveFallback(request, path, env.ASSETS);
  const refusal =
    (!env.BACKEND_ORIGIN && refuseUnknown(request, path)) ||
    (await refuseTooMany(request, path, env));
  return refusal ?? forward(request, url, env, id);
}

export default {
  /** Sends API requests to FastAPI in a container. Everything else gets the app shell or 404. */
  async fetch(request, env, ctx): Promise<Response> {
    const service = forwardToService(request, env.SERVICES_PREFIX, ctx.exports);
    if (service) return service;
    const url = new URL(request.url);
    // Cloudflare logs each request under this ID, so only failures need another line
    const id = request.headers.get("CF-Ray") ?? crypto.randomUUID();
    const response = await respond(request, url, env, id).catch((error) => unavailable(id, error));
    if (response.status >= 500) console.warn(id, request.method, url.pathname, response.status);
    if (response.webSocket) return response;
    const named = new Response(response.body, response);
    if (!named.headers.has("X-Request-ID")) named.headers.set("X-Request-ID", id);
    for (const name of SCALING_HEADERS) named.headers.delete(name);
    return named;
  },
} satisfies ExportedHandler<Bindings>;
