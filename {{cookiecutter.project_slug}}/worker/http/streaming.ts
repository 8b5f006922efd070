/** Responses up to this known length pass unchanged, in bytes. */
const SMALL = 65536;

/** Close codes that a peer reports but can't send: RFC 6455, section 7.4.1. */
const UNSENDABLE_CODES = [1005, 1006, 1015];

/** How long a response or a WebSocket may take, in milliseconds. */
export interface Limits {
  /** Any response. Without a limit, a client that never reads would keep the container awake. */
  response: number;
  /** A WebSocket on which no message arrives. */
  silence: number;
}

/**
 * Passes a response through the Durable Object, which keeps the container awake until the response
 * ends. If the response were returned unchanged, the inactivity timeout would cut it off.
 *
 * The runtime moves the bytes, because JavaScript would delay each event by a third.
 * `release` is called exactly once when the response ends; `cut` if a limit ended it.
 */
export function passOn(
  response: Response,
  limits: Limits,
  release: (cut: boolean) => void,
): Response {
  if (response.webSocket) return relay(response, response.webSocket, limits.silence, release);
  const length = knownLength(response);
  if (!response.body || (length !== undefined && length <= SMALL)) {
    release(false);
    return new Response(response.body, response); // with headers that can be changed
  }
  const { readable, writable } =
    length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length);
  const passed = new Response(readable, response);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limits.response);
  response.body
    .pipeTo(writable, { signal: limit.signal })
    .catch(() => {}) // the client left, the container died, or the limit was reached
    .finally(() => {
      clearTimeout(timer);
      release(limit.signal.aborted);
    });
  return passed;
}

/** Returns the length of the body that the runtime reads, which it decompresses. */
function knownLength({ headers }: Response): number | undefined {
  const length = headers.get("Content-Length");
  return length === null || headers.has("Content-Encoding") ? undefined : Number(length);
}

/** Connects the client's WebSocket with the container's until one closes or both are silent. */
function relay(
  response: Response,
  inner: WebSocket,
  silence: number,
  release: (cut: boolean) => void,
): Response {
  const { 0: client, 1: outer } = new WebSocketPair();
  let open = true;
  const end = (code: number, reason: string, cut = false) => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    release(cut);
    for (const socket of [inner, outer]) {
      socket.close(UNSENDABLE_CODES.includes(code) ? 1000 : code, reason);
    }
  };
  const watch = () => setTimeout(() => end(1001, "silent for too long", true), silence);
  let timer = watch();
  const connect = (from: WebSocket, to: WebSocket) => {
    from.accept();
    from.binaryType = "arraybuffer";
    from.addEventListener("message", ({ data }) => {
      clearTimeout(timer);
      timer = watch();
      to.send(data);
    });
    from.addEventListener("close", ({ code, reason }) => end(code, reason));
    from.addEventListener("error", () => end(1011, "the other side disconnected"));
  };
  connect(inner, outer);
  connect(outer, inner);
  return new Response(null, { status: 101, webSocket: client, headers: response.headers });
}
