import { problem } from "./problems";

/**
 * Headers that the Worker doesn't forward: those of one connection (RFC 9110, section 7.6.1),
 * `Expect`, because the Worker reads the body itself, and one that selects a port.
 */
const NOT_FORWARDED = [
  "cf-container-target-port",
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
];

/** Methods that `fetch` sends without a body. */
const BODILESS_METHODS = ["GET", "HEAD"];

/** Returns the headers for the backend: the client's, except for those that it must not set. */
export function forwardedHeaders(request: Request, url: URL, id: string): Headers {
  const headers = new Headers(request.headers);
  for (const name of (headers.get("Connection") ?? "").split(",")) {
    const option = name.trim().toLowerCase();
    if (option && option !== "upgrade") headers.delete(option);
  }
  for (const name of NOT_FORWARDED) headers.delete(name);
  if (!isWebSocket(request)) headers.delete("Upgrade"); // such as h2c, which no server here speaks
  if (BODILESS_METHODS.includes(request.method)) headers.delete("Content-Length");
  headers.set("X-Forwarded-For", clientAddress(request));
  headers.set("X-Forwarded-Host", url.host);
  headers.set("X-Forwarded-Proto", url.protocol.slice(0, -1));
  headers.set("X-Request-ID", id);
  headers.delete("Forwarded");
  headers.delete("X-Real-IP");
  return headers;
}

/** Returns whether a client asks for a WebSocket. */
export function isWebSocket(request: Request): boolean {
  return request.headers.get("Upgrade")?.toLowerCase() === "websocket";
}

/** Returns the client's address, which Cloudflare sets and a client can't. */
export function clientAddress(request: Request): string {
  return request.headers.get("CF-Connecting-IP") ?? "unknown";
}

/**
 * Reads a request's whole body, so that it can be offered to one instance after another. If the
 * body is too large or incomplete, the result is the response that says so.
 */
export async function readBody(request: Request, maxBytes: number) {
  if (!request.body || BODILESS_METHODS.includes(request.method)) return null;
  const tooLarge = () => problem(413, `The request is larger than ${maxBytes} bytes.`);
  if (Number(request.headers.get("Content-Length") ?? 0) > maxBytes) return tooLarge();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body as ReadableStream<Uint8Array<ArrayBuffer>>) {
      size += chunk.byteLength;
      if (size > maxBytes) return tooLarge();
      chunks.push(chunk);
    }
  } catch {
    return problem(400, "The request's body ended early.");
  }
  return new Blob(chunks).arrayBuffer();
}
