import { config } from "../package.json";
import { clientAddress, forwardedHeaders, readBody } from "./forwarding";
import { servePage } from "./page";
import { problem, unavailable } from "./problems";
import { dispatch, OVERFLOW_HEADER, REFUSED_HEADER } from "./scaling";

export { Backend } from "./backend";

const RATE_PERIOD_SECONDS = 60;

/** Whether a path belongs to the API: it is listed in package.json, or lies below a `/*` there. */
function isApiPath(pathname: string): boolean {
  return config.apiPaths.some((path) =>
    path.endsWith("/*") ? pathname.startsWith(path.slice(0, -1)) : pathname === path,
  );
}

/** Answers a request for the API from a container. */
async function serveApi(request: Request, url: URL, env: Env, id: string): Promise<Response> {
  if (request.method === "POST" && url.pathname === "/stream") {
    const { success } = await env.STREAM_LIMIT.limit({ key: clientAddress(request) });
    if (!success) {
      return problem(429, "Too many prompts. Try again in a minute.", RATE_PERIOD_SECONDS);
    }
  }
  const body = await readBody(request, env.MAX_BODY_BYTES);
  if (body === undefined) {
    return problem(413, `The request is larger than ${env.MAX_BODY_BYTES} bytes.`);
  }
  const headers = forwardedHeaders(request, url, id);
  headers.delete(OVERFLOW_HEADER);
  const init = { method: request.method, headers, body, redirect: "manual" } as const;
  if (env.BACKEND_ORIGIN)
    return fetch(new URL(url.pathname + url.search, env.BACKEND_ORIGIN), init);
  return dispatch((instance, overflow) => {
    if (overflow) headers.set(OVERFLOW_HEADER, "1");
    return env.BACKEND.getByName(String(instance)).fetch(url, init);
  }, env.MAX_INSTANCES);
}

export default {
  /** Sends API requests to FastAPI in a container; anything else here is a page or nothing. */
  async fetch(request, env): Promise<Response> {
    const url = new URL(request.url);
    if (!isApiPath(url.pathname)) return servePage(request, env);
    // Cloudflare's own id, under which its logs list each request, so that only failures need a line
    const id = request.headers.get("CF-Ray") ?? crypto.randomUUID();
    const response = await serveApi(request, url, env, id).catch((error) => unavailable(id, error));
    if (response.status >= 400) console.warn(id, request.method, url.pathname, response.status);
    if (response.headers.has("X-Request-ID") || response.webSocket) return response;
    const named = new Response(response.body, response);
    named.headers.set("X-Request-ID", id);
    named.headers.delete(REFUSED_HEADER);
    return named;
  },
} satisfies ExportedHandler<Env>;
