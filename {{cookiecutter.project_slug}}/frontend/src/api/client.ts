import createClient from "openapi-fetch";
import type { paths } from "./types.gen";

/** After this many milliseconds without a response, the server is probably starting. */
export const PATIENCE = 1500;

/** The server's health is requested at most once in this many milliseconds. */
const INTERVAL = 5 * 60_000;

/** The server can't be reached. Not a `TypeError`, so that a bug isn't mistaken for it. */
export class NetworkError extends Error {
  override name = "NetworkError";
}

/**
 * Calls the backend: `await api.GET("/env")`. Paths, parameters, and results are typed.
 *
 * @throws NetworkError if there is no response.
 */
export const api = createClient<paths>({
  baseUrl: location.origin,
  bodySerializer: (body) => toForm(body) ?? JSON.stringify(body),
  fetch: async (request) => {
    try {
      return await fetch(request);
    } catch (cause) {
      request.signal.throwIfAborted();
      throw new NetworkError(`${request.url} can't be reached.`, { cause });
    }
  },
});

/** Turns a body that has a file into a form. */
function toForm(body: unknown): FormData | undefined {
  if (body instanceof FormData) return body;
  const fields = Object.entries(body ?? {}).flatMap(([name, value]) =>
    [value ?? []].flat().map((part): [string, unknown] => [name, part]),
  );
  if (!fields.some(([, part]) => part instanceof Blob)) return undefined;
  const form = new FormData();
  for (const [name, part] of fields) form.append(name, part instanceof Blob ? part : String(part));
  return form;
}

let askedAt = Number.NEGATIVE_INFINITY;

/**
 * Requests the server's health, so that a sleeping server starts while the user types.
 *
 * Does nothing if it did so within the last five minutes.
 *
 * @param onStarting called with `true` if the server is slow to respond, and then with `false`
 *   when it has responded or can't be reached.
 */
export async function wakeServer(onStarting: (isStarting: boolean) => void): Promise<void> {
  if (performance.now() - askedAt < INTERVAL) return;
  askedAt = performance.now();
  const timer = setTimeout(onStarting, PATIENCE, true);
  try {
    await api.GET("/api/health");
  } catch {
    // The next prompt will show the error.
  } finally {
    clearTimeout(timer);
    onStarting(false);
  }
}
