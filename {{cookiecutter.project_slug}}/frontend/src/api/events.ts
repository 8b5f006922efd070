import { EventSourceParserStream } from "eventsource-parser/stream";
import type { paths } from "./types.gen";

/** The event type of each method of a path that responds with an event stream. */
type EventsOf<PathItem> = {
  [Method in keyof PathItem]-?: PathItem[Method] extends {
    responses: { 200: { content: { "text/event-stream": infer Event } } };
  }
    ? Event
    : never;
}[keyof PathItem];

/** The union of the events that a path streams: `StreamEvents<"/stream">`. */
export type StreamEvents<Path extends keyof Paths, Paths = paths> = EventsOf<Paths[Path]>;

/** The connection was lost before the stream ended. */
export class ConnectionLostError extends Error {
  override name = "ConnectionLostError";
}

/** The server sent something other than an event of the stream. */
export class MalformedStreamError extends Error {
  override name = "MalformedStreamError";
}

/**
 * Reads a response's body as an event stream whose data are JSON objects:
 * `readEvents<StreamEvents<"/stream">>(body)`. Leaving the loop cancels the response.
 *
 * @throws ConnectionLostError if the connection breaks.
 * @throws MalformedStreamError if an event's data is not a JSON object.
 */
export async function* readEvents<Event>(
  body: ReadableStream<BufferSource>,
): AsyncGenerator<Event> {
  const reader = body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw new ConnectionLostError("The stream broke off.", { cause });
      });
      if (done) return;
      yield parse(value.data);
    }
  } finally {
    reader.cancel().catch(() => undefined); // it rejects if the stream has failed already
  }
}

function parse(data: string) {
  try {
    const event = JSON.parse(data);
    if (typeof event === "object" && event) return event;
  } catch (cause) {
    throw new MalformedStreamError(`Not JSON: ${data}`, { cause });
  }
  throw new MalformedStreamError(`Not an object: ${data}`);
}
