import { api } from "../api/client";
import type { StreamEvents } from "../api/events";
import { Failure } from "../api/failure";
import { readStream } from "../api/stream";
import { limits, type Message } from "../api/types.gen";
import type { Conversation, Progress, Turn } from "./state";

/**
 * Asks for the answer to the last turn and yields what happens until it ends. Retries without the
 * oldest turns if the conversation is too long (413). Errors become `failed` or `refused`.
 *
 * @throws the signal's reason once it is aborted.
 */
export async function* streamAnswer(
  { turns, leftOut: leftOutBefore }: Conversation,
  signal: AbortSignal,
): AsyncGenerator<Progress> {
  let leftOut = Math.max(leftOutBefore, excess(turns));
  for (;;) {
    yield { type: "leftOut", turns: leftOut };
    try {
      yield* request(toMessages(turns.slice(leftOut)), signal);
      return;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const { status, message: sentence } = error;
      if (status === 413 && leftOut < turns.length - 1) {
        leftOut += Math.ceil((turns.length - leftOut) / 2);
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

async function* request(messages: Message[], signal: AbortSignal): AsyncGenerator<Progress> {
  const events = readStream<StreamEvents<"/stream">>(
    (options) => api.POST("/stream", { ...options, body: { messages } }),
    signal,
  );
  for await (const event of events) {
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
    }
  }
}
