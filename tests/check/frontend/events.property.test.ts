import fc from "fast-check";
import { expect, test } from "vitest";
import { ConnectionLostError, MalformedStreamError, readEvents } from "../api/events";
import { FakeStream } from "../api/testing";

/** Reads a stream of these bytes to its end, or until it breaks off. */
async function read(pieces: Iterable<Uint8Array<ArrayBuffer>>, breaks = false): Promise<unknown[]> {
  const stream = new FakeStream();
  for (const piece of pieces) stream.writeBytes(piece);
  if (breaks)
    setTimeout(() => stream.break()); // once everything has been read
  else stream.end();
  const events: unknown[] = [];
  if (!stream.response.body) throw new Error("The response has no body.");
  for await (const event of readEvents(stream.response.body)) events.push(event);
  return events;
}

/** Cuts bytes at these places, given as shares of their length. */
function* cut(
  bytes: Uint8Array<ArrayBuffer>,
  shares: number[],
): Generator<Uint8Array<ArrayBuffer>> {
  const places = shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b);
  let start = 0;
  for (const end of [...places, bytes.length]) {
    yield bytes.slice(start, end);
    start = end;
  }
}

const encode = (text: string) => new TextEncoder().encode(text);
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });
const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
const value = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }));

/** Lines that hold no data. */
const otherLine = fc.oneof(
  fc.constantFrom(": ping", ":", "event: token", "id: 1", "id", "retry: soon", "unknown: ✓"),
  fc.stringMatching(/^: [^\r\n]*$/),
);

/** One event as the wire has it, with what its reader should make of it. */
const written = fc
  .record({
    value,
    lineEnd,
    space: fc.constantFrom("", " "),
    indent: fc.constantFrom(0, 2),
    otherLine,
  })
  .map(({ value, lineEnd, space, indent, otherLine }) => {
    const data = JSON.stringify(value, undefined, indent);
    const lines = [otherLine, ...data.split("\n").map((line) => `data:${space}${line}`), otherLine];
    return { text: `${lines.join(lineEnd)}${lineEnd}${lineEnd}`, event: JSON.parse(data) };
  });

test("however its bytes are split, a stream has the same events", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(written, { maxLength: 8 }), shares, async (stream, shares) => {
      const bytes = encode(stream.map(({ text }) => text).join(""));
      expect(await read(cut(bytes, shares))).toEqual(stream.map(({ event }) => event));
    }),
  );
});

/** Bytes that no server should send, among such as lead a parser on. */
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: "binary", maxLength: 200 }).map(encode),
  fc
    .constantFrom("data", "data:", "data: {", "}", "event: error", "null", "\0", "\ufeff")
    .map(encode),
  fc
    .constantFrom("\n", "\r", "\r\n", "\n\n", "data: 7\n\n", "data\n\n", "data: null\r\r")
    .map(encode),
);

test("hostile bytes end in events, or in one of two errors", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { maxLength: 30 }), fc.boolean(), async (pieces, breaks) => {
      const outcome: unknown = await read(pieces, breaks).catch((error) => error);
      if (Array.isArray(outcome)) {
        for (const event of outcome) expect(event).toBeTypeOf("object");
        expect(breaks).toBe(false);
      } else if (!breaks || !(outcome instanceof ConnectionLostError)) {
        expect(outcome).toBeInstanceOf(MalformedStreamError);
      }
    }),
  );
});
