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
