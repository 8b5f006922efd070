/** The server that is tested: `E2E_URL`, or the dev server, which is started where it is missing. */
export const url = (process.env.E2E_URL ?? "http://localhost:5173").replace(/\/$/, "");

/**
 * Whether that server serves built files, as a deployed one does.
 *
 * A given URL is taken to be such a server; `E2E_SERVER=dev` says that it is a dev server.
 */
export const production = Boolean(process.env.E2E_URL) && process.env.E2E_SERVER !== "dev";

/** Asks `/stream` for an answer. */
export function ask(prompt: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/stream`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ prompt }),
    ...init,
  });
}
