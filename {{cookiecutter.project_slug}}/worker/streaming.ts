/** A response of known length up to this is passed on as it came, in bytes. */
const SMALL = 65536;

/** Close codes that report an end but cannot be sent: RFC 6455, section 7.4.1. */
const NOT_SENT = [1005, 1006, 1015];

/**
 * Passes a response on through the Durable Object, which keeps the container awake while it lasts;
 * a response that is returned as it came is cut by the inactivity timeout.
 *
 * @param response what the container answered
 * @param stall how long nothing may move before the response is cut, in milliseconds; a client
 *   that never reads would keep the container awake, and its bill running, for ever
 * @param release called once, when the response has ended, however it did; `stalled` where it was cut
 */
export function passOn(
  response: Response,
  stall: number,
  release: (stalled: boolean) => void,
): Response {
  if (response.webSocket) return relay(response, response.webSocket, stall, release);
  if (!response.body || Number(response.headers.get("Content-Length") ?? SMALL + 1) <= SMALL) {
    release(false);
    return response;
  }
  let watch: Watchdog | undefined;
  let stalled = false;
  const through = new TransformStream<Uint8Array, Uint8Array>({
    start(controller) {
      // to abort the pipe would wait for the write that the client does not take
      watch = watchdog(stall, () => {
        stalled = true;
        controller.error(new Error("nothing moved for too long"));
      });
    },
    transform(chunk, controller) {
      watch?.moved();
      controller.enqueue(chunk);
    },
  });
  response.body
    .pipeTo(through.writable)
    .catch(() => {}) // the client went away, the container died, or nothing moved
    .finally(() => {
      watch?.stop();
      release(stalled);
    });
  return new Response(through.readable, response);
}

/** Connects a client's WebSocket with the container's, until one of them closes or both are still. */
function relay(
  response: Response,
  inner: WebSocket,
  stall: number,
  release: (stalled: boolean) => void,
): Response {
  const { 0: client, 1: outer } = new WebSocketPair();
  let open = true;
  const end = (code: number, reason: string) => {
    if (!open) return;
    open = false;
    watch.stop();
    for (const socket of [inner, outer]) {
      socket.close(NOT_SENT.includes(code) ? 1000 : code, reason);
    }
    release(code === 1001);
  };
  const watch = watchdog(stall, () => end(1001, "nothing moved for too long"));
  const connect = (from: WebSocket, to: WebSocket) => {
    from.accept();
    from.binaryType = "arraybuffer";
    from.addEventListener("message", ({ data }) => {
      watch.moved();
      to.send(data);
    });
    from.addEventListener("close", ({ code, reason }) => end(code, reason));
    from.addEventListener("error", () => end(1011, "the other side broke off"));
  };
  connect(inner, outer);
  connect(outer, inner);
  return new Response(null, { status: 101, webSocket: client, headers: response.headers });
}

interface Watchdog {
  moved(): void;
  stop(): void;
}

/** Calls `still` once nothing has moved for so many milliseconds. */
function watchdog(milliseconds: number, still: () => void): Watchdog {
  let timer = setTimeout(still, milliseconds);
  return {
    moved() {
      clearTimeout(timer);
      timer = setTimeout(still, milliseconds);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
