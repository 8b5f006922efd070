/** Headers that concern one connection (RFC 9110, section 7.6.1), and one that picks a port. */
const NOT_FORWARDED = [
  "cf-container-target-port",
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
];

/**
 * The headers that the backend gets: the client's, with what the client may not decide replaced.
 *
 * @param request what the client sent
 * @param url where it was sent
 * @param id the request's id, for the logs of both sides
 */
export function forwardedHeaders(request: Request, url: URL, id: string): Headers {
  const headers = new Headers(request.headers);
  for (const name of (headers.get("Connection") ?? "").split(",")) {
    const option = name.trim().toLowerCase();
    if (option && option !== "upgrade") headers.delete(option);
  }
  for (const name of NOT_FORWARDED) headers.delete(name);
  headers.set("X-Forwarded-For", clientAddress(request));
  headers.set("X-Forwarded-Host", url.host);
  headers.set("X-Forwarded-Proto", url.protocol.slice(0, -1));
  headers.set("X-Request-ID", id);
  headers.delete("Forwarded");
  headers.delete("X-Real-IP");
  return headers;
}

/** The client's address, which Cloudflare sets and a client cannot. */
export function clientAddress(request: Request): string {
  return request.headers.get("CF-Connecting-IP") ?? "unknown";
}

/**
 * Reads a request's body whole, so that it can be offered to one instance after another.
 *
 * @param request what the client sent
 * @param most the largest size that is read, in bytes
 * @returns the body, null where there is none, or undefined where it is larger than `most`
 */
export async function readBody(
  request: Request,
  most: number,
): Promise<Uint8Array | null | undefined> {
  if (!request.body) return null;
  if (Number(request.headers.get("Content-Length") ?? 0) > most) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    size += chunk.byteLength;
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}
