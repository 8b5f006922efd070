import { expect, expectTypeOf, test, vi } from "vitest";
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
  await vi.waitFor(() => expect(malformed.cancelled).toHaveBeenCalledOnce());

  const lost = new FakeStream();
  lost.break();
  await expect(read(lost)).rejects.toThrow(ConnectionLostError);
});

test("leaving the loop cancels the response", async () => {
  const stream = new FakeStream();
  stream.write("data: {}\n\n");
  for await (const _ of readEvents(bodyOf(stream))) break;
  await vi.waitFor(() => expect(stream.cancelled).toHaveBeenCalledOnce());
});
