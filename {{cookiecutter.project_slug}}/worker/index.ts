import { config } from "../package.json";
import { serveFallback } from "./fallback";
import { BodyError, clientAddress, forwardedHeaders, readBody } from "./forwarding";
import { problem, unavailable } from "./problems";
import { dispatch, OVERFLOW_HEADER, REFUSED_HEADER } from "./scaling";

export { Backend } from "./backend";

const RATE_PERIOD_SECONDS = 60;

/** Whether a path belongs to the API: package.json lists it, or a folder with `/*` that holds it. */
function isApiPath(pathname: string): boolean {
  return config.apiPaths.some((path) => {
    const folder = path.replace(/\/\*$/, "");
    return pathname === folder || (path !== folder && pathname.startsWith(`${folder}/`));
  });
}

/** Builds the response to a request whose body could not be read. */
function bodyProblem(error: BodyError, maxBytes: number): Response {
  return error.tooLarge
    ? problem(413, `The request is larger than ${maxBytes} bytes.`)
    : problem(400, "The request's body ended early.");
}

/** Forwards a request for the API to a container. */
async function serveApi(request: Request, url: URL, env: Env, id: string): Promise<Response> {
  if (request.method === "POST" && url.pathname === "/stream") {
    const { success } = await env.STREAM_LIMIT.limit({ key: clientAddress(request) });
    if (!success) {
      return problem(429, "Too many prompts. Try again in a minute.", RATE_PERIOD_SECONDS);
    }
  }
  const body = await readBody(request, env.MAX_BODY_BYTES);
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
  /** Sends API requests to FastAPI in a container; everything else gets the app shell or 404. */
  async fetch(request, env): Promise<Response> {
    const url = new URL(request.url);
    // Cloudflare's own id, under which its logs list each request, so that only failures need a line
    const id = request.headers.get("CF-Ray") ?? crypto.randomUUID();
    if (!isApiPath(url.pathname)) {
      return serveFallback(request, env.ASSETS).catch((error) => unavailable(id, error));
    }
    const response = await serveApi(request, url, env, id).catch((error) =>
      error instanceof BodyError ? bodyProblem(error, env.MAX_BODY_BYTES) : unavailable(id, error),
    );
    if (response.status >= 400) console.warn(id, request.method, url.pathname, response.status);
    if (response.headers.has("X-Request-ID") || response.webSocket) return response;
    const named = new Response(response.body, response);
    named.headers.set("X-Request-ID", id);
    named.headers.delete(REFUSED_HEADER);
    return named;
  },
} satisfies ExportedHandler<Env>;
