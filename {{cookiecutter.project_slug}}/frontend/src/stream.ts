import { api, NetworkError } from "./api";
import type { Message } from "./api.gen";
import { ConnectionLostError, MalformedStreamError, readEvents, type StreamEvents } from "./events";
import { Failure, refusal, seconds, unlessOffline } from "./failure";

/** Automatic retries while the backend responds with 503. */
const RETRIES = 5;

/** Seconds between retries, if the server names none. */
const RETRY_SECONDS = 2;

const UNREACHABLE = "The server can't be reached. Try again in a moment.";
const CONNECTION_LOST = "The connection was lost before the answer was complete.";
const MALFORMED = "The server sent something that this page can't read.";

/** One step of an answer. The last one is `done` or `failed`. */
export type Progress =
  | { type: "waiting"; sentence: string }
  | { type: "token"; text: string }
  | { type: "done" }
  | { type: "failed"; sentence: string; invalid: boolean };

/**
 * Sends a prompt and yields what happens until its answer ends. Retries while the backend is
 * starting (503). Errors become `failed`; bugs are logged to the console too.
 *
 * @throws the signal's reason once it is aborted.
 */
export async function* streamAnswer(prompt: string, signal: AbortSignal): AsyncGenerator<Progress> {
  for (let retries = 0; ; retries++) {
    try {
      yield* attempt(prompt, signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOf(error);
      if (failure.status !== 503 || retries === RETRIES) {
        yield { type: "failed", sentence: failure.message, invalid: failure.status === 422 };
        return;
      }
      const wait = failure.retryAfter ?? RETRY_SECONDS;
      yield { type: "waiting", sentence: `The server is starting. Retrying in ${seconds(wait)}.` };
      await pause(wait * 1000, signal);
    }
  }
}

async function* attempt(prompt: string, signal: AbortSignal): AsyncGenerator<Progress> {
  const messages: Message[] = [{ role: "user", content: prompt }];
  const { data, error, response } = await api.POST("/stream", {
    body: { messages },
    parseAs: "stream",
    signal,
  });
  if (!response.ok) throw refusal(response, error);
  if (!data || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    throw new MalformedStreamError(`${response.url} is not an event stream.`);
  }
  for await (const event of readEvents<StreamEvents<"/stream">>(data)) {
    if (event.event === "token") yield { type: "token", text: event.text };
    if (event.event === "error") throw new Failure(event.detail);
    if (event.event === "done") {
      yield { type: "done" };
      return;
    }
  }
  throw new Failure(CONNECTION_LOST);
}

/** Finds the sentence for an error, and logs it unless it is an ordinary failure. */
function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof NetworkError) return new Failure(unlessOffline(UNREACHABLE));
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
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
