import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import { ConnectionLostError, MalformedStreamError, readEvents, type StreamEvents } from "./events";
import { FakeStream } from "./testing";

interface TwoStreams {
  "/stream": { get?: never; post: Streaming<{ event: "token" }>; parameters: object };
  "/api/prices": { get: Streaming<{ event: "price"; cents: number }>; post?: never };
  "/env": { get: { responses: { 200: { content: { "application/json": object } } } } };
}

interface Streaming<Event> {
  responses: {
    200: { content: { "text/event-stream": Event } };
    "4XX": { content: { "application/problem+json": object } };
  };
}

async function read(stream: FakeStream): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of readEvents(bodyOf(stream))) events.push(event);
  return events;
}

function bodyOf({ response }: FakeStream) {
  if (!response.body) throw new Error("The response has no body.");
  return response.body;
}

test("each path has the events that it streams", () => {
  expectTypeOf<StreamEvents<"/stream", TwoStreams>>().toEqualTypeOf<{ event: "token" }>();
  expectTypeOf<StreamEvents<"/api/prices", TwoStreams>>().toEqualTypeOf<{
    event: "price";
    cents: number;
  }>();
  expectTypeOf<StreamEvents<"/env", TwoStreams>>().toBeNever();
  expectTypeOf<StreamEvents<"/stream">["event"]>().extract<"token">().toEqualTypeOf<"token">();
});

test("events are read from bytes that are split anywhere", async () => {
  const stream = new FakeStream();
  const bytes = new TextEncoder().encode(': ping\r\n\r\nevent: x\r\ndata: {"text":"✓ 😀"}\r\n\r\n');
  for (const byte of bytes) stream.writeBytes(Uint8Array.of(byte));
  stream.end();
  expect(await read(stream)).toEqual([{ text: "✓ 😀" }]);
});

test("data that is not JSON is distinguished from a lost connection", async () => {
  const malformed = new FakeStream();
  malformed.write("data: {oops\n\n");
  await expect(read(malformed)).rejects.toThrow(MalformedStreamError);
  await expect.poll(() => malformed.cancelled).toHaveBeenCalledOnce();

  const lost = new FakeStream();
  lost.break();
  await expect(read(lost)).rejects.toThrow(ConnectionLostError);
});

test("leaving the loop cancels the response", async () => {
  const stream = new FakeStream();
  stream.write("data: {}\n\n");
  for await (const _ of readEvents(bodyOf(stream))) break;
  await expect.poll(() => stream.cancelled).toHaveBeenCalledOnce();
});

describe("wakeServer", () => {
  beforeEach(() => {
    vi.resetModules(); // the module remembers when it asked
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  interface Settle {
    resolve: (response: Response) => void;
    reject: (error: Error) => void;
  }

  /** Loads a fresh copy of the module, with a server whose responses the test controls. */
  async function prepare() {
    const requests: Settle[] = [];
    vi.stubGlobal(
      "fetch",
      () => new Promise<Response>((resolve, reject) => requests.push({ resolve, reject })),
    );
    const { wakeServer } = await import("./client");
    const onStarting = vi.fn<(isStarting: boolean) => void>();
    return { requests, onStarting, wake: () => wakeServer(onStarting) };
  }

  test("the server's health is requested at most once in five minutes", async () => {
    const { requests, wake } = await prepare();
    wake();
    wake();
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(4 * 60_000);
    wake();
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(60_000);
    wake();
    expect(requests).toHaveLength(2);
  });

  test.each([
    ["responds", ({ resolve }: Settle) => resolve(new Response("{}"))],
    ["can't be reached", ({ reject }: Settle) => reject(new Error())],
  ])("a slow server counts as starting until it %s", async (_, settle) => {
    const { requests, onStarting, wake } = await prepare();
    const woken = wake();
    await vi.advanceTimersByTimeAsync(1400);
    expect(onStarting).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(onStarting.mock.calls).toEqual([[true]]);
    for (const request of requests) settle(request);
    await woken;
    expect(onStarting.mock.calls).toEqual([[true], [false]]);
  });

  test("a server that responds quickly doesn't count as starting", async () => {
    const { requests, onStarting, wake } = await prepare();
    const woken = wake();
    requests[0]?.resolve(new Response("{}"));
    await woken;
    await vi.advanceTimersByTimeAsync(5000);
    expect(onStarting.mock.calls).toEqual([[false]]);
  });
});
