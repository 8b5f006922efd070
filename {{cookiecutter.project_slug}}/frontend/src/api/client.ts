import createClient from "openapi-fetch";
import type { paths } from "./types.gen";

/** The server can't be reached. Not a `TypeError`, so that no bug is mistaken for it. */
export class NetworkError extends Error {
  override name = "NetworkError";
}

/**
 * Calls the backend: `await api.GET("/env")`. Paths, parameters and results are typed.
 *
 * @throws NetworkError if there is no response.
 */
export const api = createClient<paths>({
  baseUrl: location.origin,
  fetch: async (request) => {
    try {
      return await fetch(request);
    } catch (cause) {
      request.signal.throwIfAborted();
      throw new NetworkError(`${request.url} can't be reached.`, { cause });
    }
  },
});
