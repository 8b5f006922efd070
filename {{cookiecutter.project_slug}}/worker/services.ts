import { WorkerEntrypoint } from "cloudflare:workers";
import { unavailable } from "./http/problems";

/** The entrypoint at each host. Only the app reaches these. */
export const SERVICES: Record<string, keyof Cloudflare.Exports> = {
  // "d1.internal": "D1" (docs/recipes/cloudflare-d1.md)
};

/** The base of an entrypoint. If one fails, the app gets a problem document. */
export abstract class Service extends WorkerEntrypoint<Env> {
  abstract respond(request: Request): Promise<Response>;

  override fetch(request: Request): Promise<Response> {
    return this.respond(request).catch((error) => unavailable(null, error));
  }
}

/** Connects a container to the services, before each start and when its object is created again. */
export async function connectServices({ container, exports }: DurableObjectState): Promise<void> {
  for (const [host, name] of Object.entries(SERVICES)) {
    await container?.interceptOutboundHttp(host, exports[name] as unknown as Fetcher);
  }
}

/**
 * Forwards a request from the backend of `bun run dev:cloudflare` to a service.
 *
 * @param prefix a path that only that backend knows; the service's host and path follow it
 */
export function forwardToService(
  request: Request,
  prefix: string | undefined,
  exports: Cloudflare.Exports,
): Promise<Response> | undefined {
  const { pathname, search } = new URL(request.url);
  if (!prefix || !pathname.startsWith(`${prefix}/`)) return undefined;
  const url = new URL(`http:/${pathname.slice(prefix.length)}${search}`);
  const name = SERVICES[url.host];
  return name && (exports[name] as unknown as Fetcher).fetch(new Request(url, request));
}
