import createClient from "openapi-fetch";
import type { paths } from "./types.gen";

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
