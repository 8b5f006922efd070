import type { EventSourceParser, ParserCallbacks } from "eventsource-parser";
import type { Problem, StreamEvent, StreamRequest } from "./api.gen";

/** Why an answer did not come, or broke off, as a sentence for the user. */
export class StreamFailure extends Error {
  override name = "StreamFailure";
  /** The seconds after which asking again may help, where the server says so. */
  readonly retryAfter: number | undefined;
  /** Whether the backend was not there (503), so that asking again is worth it by itself. */
  readonly unavailable: boolean;
  /** Whether the sentence is about what the user typed (422). */
  readonly invalid: boolean;

  constructor(sentence: string, status?: number, retryAfter?: number) {
    super(sentence);
    this.retryAfter = retryAfter;
    this.unavailable = status === 503;
    this.invalid = status === 422;
  }
}

/**
 * Asks the backend and yields the events of its answer as they arrive.
 *
 * @throws StreamFailure where there is no answer, or one that breaks off.
 * @throws the signal's reason, once it is aborted.
 */
export async function* streamAnswer(
  request: StreamRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void> {
  try {
    // The parser is fetched while the answer is awaited: the first page does without it.
    const [response, { createParser }] = await Promise.all([
      fetch("/stream", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(request),
        signal,
      }),
      import("eventsource-parser"),
    ]);
    if (!response.ok || !response.body) throw await failureOf(response);
    yield* parse(response.body, createParser);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StreamFailure) throw error;
    throw new StreamFailure(
      navigator.onLine ? "The server can't be reached. Try again in a moment." : "You are offline.",
    );
  }
}

async function* parse(
  body: ReadableStream<BufferSource>,
  createParser: (callbacks: ParserCallbacks) => EventSourceParser,
): AsyncGenerator<StreamEvent, void> {
  const events: StreamEvent[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(JSON.parse(data)) });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let ended = false;
  try {
    while (!ended) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) throw new StreamFailure("The connection was lost before the answer was complete.");
      parser.feed(value ?? "");
      for (const event of events.splice(0)) {
        ended ||= event.event !== "token";
        yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined); // the stream may have failed already
  }
}

/** Turns an answer that is no stream into a sentence. */
async function failureOf(response: Response): Promise<StreamFailure> {
  const { status } = response;
  const retryAfter = Number(response.headers.get("Retry-After")) || undefined;
  const problem: Partial<Problem> = await response.json().catch(() => ({}));
  const wait = retryAfter ? `in ${seconds(retryAfter)}` : "in a moment";
  const sentences: Record<number, string | undefined> = {
    413: "This is too long.",
    422: problem.errors?.map((error) => error.detail).join(" "),
    429: `Too many requests. Try again ${wait}.`,
    503: `The server is not available. Try again ${wait}.`,
  };
  const sentence = sentences[status] ?? problem.detail ?? `The server answered ${status}.`;
  return new StreamFailure(sentence, status, retryAfter);
}

/** Writes a number of seconds with its noun: `1 second`, `20 seconds`. */
export function seconds(count: number): string {
  return count === 1 ? "1 second" : `${count} seconds`;
}
