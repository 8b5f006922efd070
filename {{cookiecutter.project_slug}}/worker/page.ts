import securityHeaders from "../frontend/security-headers.json";
import { problem } from "./problems";

/** Whether a browser is opening a page: it asks for HTML, at a path that names no file. */
function isNavigation(request: Request): boolean {
  const { pathname } = new URL(request.url);
  const file = pathname.slice(pathname.lastIndexOf("/") + 1).includes(".");
  return (
    (request.method === "GET" || request.method === "HEAD") &&
    (request.headers.get("Accept") ?? "").includes("text/html") &&
    !file &&
    !pathname.startsWith("/assets/")
  );
}

/**
 * Answers a request that is neither for the API nor for a file: the page to a browser that opens
 * a deep link, else 404. No container is asked.
 */
export async function servePage(request: Request, env: Env): Promise<Response> {
  if (!isNavigation(request)) return problem(404, "There is nothing at this address.");
  const page = await env.ASSETS.fetch(new URL("/", request.url), { method: request.method });
  const response = new Response(page.body, page);
  for (const [name, value] of Object.entries(securityHeaders)) response.headers.set(name, value);
  response.headers.set("Cache-Control", "no-cache");
  return response;
}
