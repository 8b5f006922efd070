import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Finds a free port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

// Playwright's processes inherit these variables, so they all use the same ports.
process.env.E2E_BACKEND_PORT ??= String(await freePort());
process.env.E2E_FRONTEND_PORT ??= String(await freePort());
process.env.E2E_PROVIDER_PORT ??= String(await freePort());

/** The ports of the servers that Playwright starts. */
export const ports = {
  backend: process.env.E2E_BACKEND_PORT,
  frontend: process.env.E2E_FRONTEND_PORT,
  provider: process.env.E2E_PROVIDER_PORT,
};

/** The server under test: `E2E_URL`, or the dev server that Playwright starts. */
export const url = (process.env.E2E_URL || `http://localhost:${ports.frontend}`).replace(/\/$/, "");

/** Whether that server is `E2E_URL`, which has its own answers. */
export const isGiven = Boolean(process.env.E2E_URL);

/**
 * Whether that server serves built files, as a deployed one does.
 *
 * This is assumed for `E2E_URL`, unless `E2E_SERVER=dev` is set.
 */
export const production = (process.env.E2E_SERVER || (isGiven ? "given" : "dev")) !== "dev";

/** The server's model provider: backend/tests/provider.py, here or at `E2E_PROVIDER`. */
export const provider = {
  url: process.env.E2E_PROVIDER || `http://127.0.0.1:${ports.provider}`,
  key: process.env.E2E_MODEL_KEY || "sk-test-123456",
};

/** Asks `/stream` for the answer to a prompt. */
export function ask(prompt: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/stream`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content: prompt }] }),
    ...init,
  });
}
