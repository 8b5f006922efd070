/** A response of known length up to this is passed on as it came, in bytes. */
const SMALL = 65536;

/** Close codes that report an end but cannot be sent: RFC 6455, section 7.4.1. */
const NOT_SENT = [1005, 1006, 1015];

/** How long what is passed on may last, in milliseconds. */
export interface Limits {
  /** A response of any length; a client that never reads would keep the container awake for ever. */
  response: number;
  /** A WebSocket on which no message moves. */
  silence: number;
}

/**
 * Passes a response on through the Durable Object, which keeps the container awake while it lasts;
 * a response that is returned as it came is cut by the inactivity timeout.
 *
 * The runtime moves the bytes by itself: a step through JavaScript for each event takes a third
 * longer.
 *
 * @param response what the container answered
 * @param release called once, when the response has ended, however it did; `cut` where a limit
 *   ended it
 */
export function passOn(
  response: Response,
  limits: Limits,
  release: (cut: boolean) => void,
): Response {
  if (response.webSocket) return relay(response, response.webSocket, limits.silence, release);
  if (!response.body || Number(response.headers.get("Content-Length") ?? SMALL + 1) <= SMALL) {
    release(false);
    return response;
  }
  const { readable, writable } = new IdentityTransformStream();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limits.response);
  response.body
    .pipeTo(writable, { signal: limit.signal })
    .catch(() => {}) // the client went away, the container died, or the limit was reached
    .finally(() => {
      clearTimeout(timer);
      release(limit.signal.aborted);
    });
  return new Response(readable, response);
}

/** Connects a client's WebSocket with the container's, until one of them closes or both are still. */
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
    for (const socket of [inner, outer]) {
      socket.close(NOT_SENT.includes(code) ? 1000 : code, reason);
    }
    release(cut);
  };
  const watch = () => setTimeout(() => end(1001, "nothing moved for too long", true), silence);
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
    from.addEventListener("error", () => end(1011, "the other side broke off"));
  };
  connect(inner, outer);
  connect(outer, inner);
  return new Response(null, { status: 101, webSocket: client, headers: response.headers });
}
