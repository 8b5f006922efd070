import { vi } from "vitest";
import type { StreamEvents } from "./events";

/** A stream that a test writes to, instead of the backend; by default, `/stream`. */
export class FakeStream<Event extends { event: string } = StreamEvents<"/stream">> {
  private controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  readonly cancelled = vi.fn<() => void>();
  readonly response = new Response(
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        this.controller = controller;
      },
      cancel: this.cancelled,
    }),
    { headers: { "Content-Type": "text/event-stream; charset=utf-8" } },
  );

  /** Sends text as it is. */
  write(text: string): void {
    this.writeBytes(new TextEncoder().encode(text));
  }

  /** Sends bytes as they are. */
  writeBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.controller.enqueue(bytes);
  }

  /** Sends one event. */
  send(event: Event): void {
    this.write(`event: ${event.event}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  /** Ends without a last event, like a proxy whose backend has died. */
  end(): void {
    this.controller.close();
  }

  /** Fails, like a lost connection. */
  break(): void {
    this.controller.error(new TypeError("network error"));
  }
}

type Answer = Response | Promise<Response> | Error;

/** Makes `fetch` return these responses to requests for `/stream`, one after the other. */
export function respondWith(...responses: Answer[]) {
  return respondTo("/stream", ...responses);
}

/** Makes `fetch` return these responses to requests for a path, and 404 to all others. */
export function respondTo(path: string, ...responses: Answer[]) {
  const fetch = vi.fn(async (request: Request) => {
    request.signal.throwIfAborted();
    const response = responses.shift();
    if (!response) throw new Error("fetch was called more often than the test expects.");
    if (response instanceof Error) throw response;
    return response;
  });
  vi.stubGlobal("fetch", async (request: Request | string | URL) => {
    const isExpected = request instanceof Request && new URL(request.url).pathname === path;
    return isExpected ? fetch(request) : problem(404);
  });
  return fetch;
}

/** Makes a response with a problem document. */
export function problem(status: number, body: object = {}, headers: HeadersInit = {}): Response {
  return Response.json({ status, title: "", detail: "", ...body }, { status, headers });
}
