import { api, NetworkError } from "../api/client";
import {
  ConnectionLostError,
  MalformedStreamError,
  readEvents,
  type StreamEvents,
} from "../api/events";
import { Failure, refusal, seconds } from "../api/failure";
import { unlessOffline } from "../api/offline";
import { limits, type Message } from "../api/types.gen";
import type { Conversation, Progress, Turn } from "./state";

/** After this many milliseconds without a response, the server is probably starting. */
export const PATIENCE = 1500;

/** Automatic retries while the backend responds with 503. */
const RETRIES = 5;

/** Seconds between retries, unless the server states them. */
const RETRY_SECONDS = 2;

const UNREACHABLE = "The server can't be reached. Try again in a moment.";
const CONNECTION_LOST = "The connection was lost before the answer was complete.";
const MALFORMED = "The server sent something that this page can't read.";

/**
 * Asks for the answer to the last turn and yields what happens until it ends. Retries while the
 * backend is starting (503), and without the oldest turns if the conversation is too long (413).
 * Errors become `failed` or `refused`; bugs are logged to the console too.
 *
 * @throws the signal's reason once it is aborted.
 */
export async function* streamAnswer(
  { turns, leftOut: leftOutBefore }: Conversation,
  signal: AbortSignal,
): AsyncGenerator<Progress> {
  let leftOut = Math.max(leftOutBefore, excess(turns));
  for (let retries = 0; ; ) {
    yield { type: "leftOut", turns: leftOut };
    try {
      yield* attempt(toMessages(turns.slice(leftOut)), signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      const { status, retryAfter = RETRY_SECONDS, message: sentence } = failureOf(error);
      if (status === 413 && leftOut < turns.length - 1) {
        leftOut += Math.ceil((turns.length - leftOut) / 2);
      } else if (status === 503 && retries++ < RETRIES) {
        yield {
          type: "status",
          text: `The server is starting. Retrying in ${seconds(retryAfter)}.`,
        };
        await pause(retryAfter * 1000, signal);
      } else {
        yield { type: status === 413 || status === 422 ? "refused" : "failed", sentence };
        return;
      }
    }
  }
}

/** Counts the oldest turns to leave out, so that the rest is within the API's limits. */
export function excess(turns: Turn[]): number {
  const mostTurns = Math.floor((limits.Conversation.messages + 1) / 2); // the last has no answer
  const tooLong = turns
    .slice(0, -1)
    .findLastIndex(({ answer }) => answer.text.length > limits.Message.content);
  return Math.max(0, turns.length - mostTurns, tooLong + 1);
}

/** Returns the messages of some turns, without unanswered ones: models expect pairs. */
function toMessages(turns: Turn[]): Message[] {
  return turns.flatMap(({ prompt, answer: { text } }, index): Message[] => {
    const question: Message = { role: "user", content: prompt };
    if (index === turns.length - 1) return [question];
    return text.trim() ? [question, { role: "assistant", content: text }] : [];
  });
}

async function* attempt(messages: Message[], signal: AbortSignal): AsyncGenerator<Progress> {
  const request = api.POST("/stream", { body: { messages }, parseAs: "stream", signal });
  const isLate = new Promise((resolve) => setTimeout(resolve, PATIENCE, true));
  if ((await Promise.race([request, isLate])) === true) {
    yield { type: "status", text: "The server is starting…" };
  }
  const { data, error, response } = await request;
  if (!response.ok) throw refusal(response, error);
  if (!data || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    throw new MalformedStreamError(`${response.url} is not an event stream.`);
  }
  for await (const event of readEvents<StreamEvents<"/stream">>(data)) {
    switch (event.event) {
      case "status":
      case "token":
        yield { type: event.event, text: event.text };
        break;
      case "source":
        yield { type: "source", title: event.title, url: event.url };
        break;
      case "done":
        yield { type: "done" };
        return;
      case "error":
        throw new Failure(event.detail);
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
