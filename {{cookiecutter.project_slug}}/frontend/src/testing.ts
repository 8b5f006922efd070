import { vi } from "vitest";
import type { StreamEvent } from "./api.gen";

/** A stream that a test writes to, in place of the backend's. */
export class FakeStream {
  private controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  readonly cancelled = vi.fn<() => void>();
  readonly response = new Response(
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        this.controller = controller;
      },
      cancel: this.cancelled,
    }),
    { headers: { "Content-Type": "text/event-stream" } },
  );

  /** Sends bytes as they are. */
  write(text: string): void {
    this.controller.enqueue(new TextEncoder().encode(text));
  }

  /** Sends one event. */
  send(event: StreamEvent): void {
    this.write(`event: ${event.event}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  /** Ends without a last event, as a proxy does whose backend has died. */
  end(): void {
    this.controller.close();
  }

  /** Breaks off, as a lost connection does. */
  break(): void {
    this.controller.error(new TypeError("network error"));
  }
}

/** Makes `fetch` give these answers, one after the other. */
export function answerWith(...answers: (Response | Error)[]) {
  const fetch = vi.fn<typeof globalThis.fetch>(async (_input, init) => {
    init?.signal?.throwIfAborted();
    const answer = answers.shift();
    if (!answer) throw new Error("fetch was called more often than the test expects.");
    if (answer instanceof Error) throw answer;
    return answer;
  });
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

/** An answer that carries a problem document. */
export function problem(status: number, body: object = {}, headers: HeadersInit = {}): Response {
  return Response.json({ status, title: "", detail: "", ...body }, { status, headers });
}
