import { NetworkError, PATIENCE } from "./client";
import { ConnectionLostError, MalformedStreamError, readEvents } from "./events";
import { Failure, refusal, seconds } from "./failure";
import type { ErrorEvent, Problem, StatusEvent } from "./types.gen";

/** Automatic retries while the backend responds with 503. */
const RETRIES = 5;

/** Seconds between retries, unless the server states them. */
const RETRY_SECONDS = 2;

const UNREACHABLE = "The server can't be reached. Try again in a moment.";
const CONNECTION_LOST = "The connection was lost before the answer was complete.";
const MALFORMED = "The server sent something that this page can't read.";

/** Sends the request of a stream, with options that `readStream` sets. */
type Send = (options: { parseAs: "stream"; signal: AbortSignal }) => Promise<{
  data?: ReadableStream<BufferSource> | null | undefined;
  error?: Partial<Problem>;
  response: Response;
}>;

/**
 * Requests a stream and yields its events, up to and including `done`:
 *
 *     const send: Send = (options) => api.POST("/stream", { ...options, body: { messages } });
 *     for await (const event of readStream<StreamEvents<"/stream">>(send, signal)) …
 *
 * While the server is starting, it yields a `status` that says so, and retries (503). Leaving the
 * loop cancels the response.
 *
 * @throws Failure with a sentence for the user: an `error` event's `detail`, or why the stream
 *   didn't arrive. Bugs are logged to the console too.
 * @throws the signal's reason once it is aborted.
 */
export async function* readStream<Event extends { event: string }>(
  send: Send,
  signal: AbortSignal,
): AsyncGenerator<Exclude<Event, { event: "error" }> | StatusEvent> {
  for (let retries = 0; ; retries++) {
    try {
      yield* attempt<Exclude<Event, { event: "error" }>>(send, signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOf(error);
      const { status, retryAfter = RETRY_SECONDS } = failure;
      if (status !== 503 || retries === RETRIES) throw failure;
      const text = `The server is starting. Retrying in ${seconds(retryAfter)}.`;
      yield { event: "status", text };
      await pause(retryAfter * 1000, signal);
    }
  }
}

async function* attempt<Event extends { event: string }>(
  send: Send,
  signal: AbortSignal,
): AsyncGenerator<Event | StatusEvent> {
  const request = send({ parseAs: "stream", signal });
  const isLate = new Promise((resolve) => setTimeout(resolve, PATIENCE, true));
  if ((await Promise.race([request, isLate])) === true) {
    yield { event: "status", text: "The server is starting…" };
  }
  const { data, error, response } = await request;
  if (!response.ok) throw refusal(response, error);
  if (!data || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    throw new MalformedStreamError(`${response.url} is not an event stream.`);
  }
  for await (const event of readEvents<Event | ErrorEvent>(data)) {
    signal.throwIfAborted(); // what has arrived by then is dropped
    if (isError(event)) throw new Failure(event.detail);
    yield event;
    if (event.event === "done") return;
  }
  throw new Failure(CONNECTION_LOST);
}

function isError(event: { event: string }): event is ErrorEvent {
  return event.event === "error";
}

/** Finds the sentence for an error, and logs it unless it is an ordinary failure. */
function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof NetworkError) {
    return new Failure(navigator.onLine ? UNREACHABLE : "You are offline.");
  }
  if (error instanceof ConnectionLostError) return new Failure(CONNECTION_LOST);
  console.error(error);
  return new Failure(
    error instanceof MalformedStreamError ? MALFORMED : "Something went wrong on this page.",
  );
}

/**
 * Waits some milliseconds.
 *
 * @throws the signal's reason once it is aborted.
 */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}
