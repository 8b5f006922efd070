import { useEffect, useRef, useState } from "react";
import { StreamFailure, seconds, streamAnswer } from "./stream";

/** How often a backend that is not there is asked again by itself. */
const RETRIES = 5;

export type Stage =
  | "idle"
  | "connecting"
  | "waiting"
  | "streaming"
  | "done"
  | "cancelled"
  | "failed";

export interface StreamState {
  stage: Stage;
  /** What has arrived of the answer; kept when the stream breaks off or is cancelled. */
  text: string;
  /** While waiting and after a failure: what is the matter, as a sentence. */
  sentence?: string | undefined;
  /** Whether the sentence is about the prompt. */
  invalid?: boolean;
  /** When the answer was asked for and when it ended, in milliseconds of `Date.now()`. */
  startedAt?: number;
  endedAt?: number;
}

/** Whether an answer is under way, so that it can be cancelled. */
export function isActive(stage: Stage): boolean {
  return stage === "connecting" || stage === "waiting" || stage === "streaming";
}

/**
 * Streams one answer at a time into a component's state.
 *
 * `start` asks, ending whatever was under way; `cancel` stops and keeps what has arrived. A
 * backend that is not there (503) is asked again after the time it names. When the component
 * goes away, so does the request.
 */
export function useStream() {
  const [state, setState] = useState<StreamState>({ stage: "idle", text: "" });
  const controller = useRef<AbortController>(null);

  useEffect(() => () => controller.current?.abort(), []);

  function cancel() {
    controller.current?.abort();
    setState((now) =>
      isActive(now.stage)
        ? { ...now, stage: "cancelled", sentence: undefined, endedAt: Date.now() }
        : now,
    );
  }

  async function start(prompt: string) {
    controller.current?.abort();
    controller.current = new AbortController();
    const { signal } = controller.current;
    const update = (change: (now: StreamState) => Partial<StreamState>) => {
      if (!signal.aborted) setState((now) => ({ ...now, ...change(now) }));
    };
    setState({ stage: "connecting", text: "", startedAt: Date.now() });
    for (let retries = 0; !signal.aborted; retries++) {
      try {
        for await (const event of streamAnswer({ prompt }, signal)) {
          if (event.event === "token") {
            update(({ text }) => ({
              stage: "streaming",
              text: text + event.text,
              sentence: undefined,
            }));
          } else if (event.event === "done") {
            update(() => ({ stage: "done", endedAt: Date.now() }));
          } else {
            throw new StreamFailure(event.detail);
          }
        }
        return;
      } catch (error) {
        const failure =
          error instanceof StreamFailure ? error : new StreamFailure("Something went wrong.");
        if (!failure.unavailable || retries === RETRIES) {
          const { message: sentence, invalid } = failure;
          update(() => ({ stage: "failed", sentence, invalid, endedAt: Date.now() }));
          return;
        }
        const wait = failure.retryAfter ?? 2;
        const sentence = `The server is starting. Asking again in ${seconds(wait)}.`;
        update(() => ({ stage: "waiting", sentence }));
        await pause(wait * 1000, signal);
      }
    }
  }

  return { ...state, start, cancel };
}

/** Resolves after some milliseconds, or at once when the signal is aborted. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
