import securityHeaders from "../../frontend/security-headers.json";
import { problem } from "./problems";

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

/**
 * Responds to a request that is neither for the API nor for a file: with the app shell if a
 * browser opens a page, otherwise with 404. This starts no container.
 *
 * @param request the client's request
 * @param path the decoded path of its URL
 * @param assets the built frontend
 */
export async function serveFallback(
  request: Request,
  path: string,
  assets: Fetcher,
): Promise<Response> {
  if (!isNavigation(request, path)) return problem(404, "There is nothing at this address.");
  const shell = await assets.fetch(new URL("/", request.url), { method: request.method });
  const response = new Response(shell.body, shell);
  for (const [name, value] of Object.entries(securityHeaders)) response.headers.set(name, value);
  response.headers.set("Cache-Control", "no-cache");
  return response;
}
