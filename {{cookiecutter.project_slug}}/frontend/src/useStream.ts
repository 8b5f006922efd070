import { useCallback, useEffect, useReducer, useRef } from "react";
import { unlessOffline } from "./failure";
import type { Progress } from "./stream";

const NOT_LOADED = "A part of this page can't be loaded. Reload the page.";

interface Started {
  /** What has arrived of the answer; kept if the stream fails or is cancelled. */
  text: string;
  /** In milliseconds, as from `Date.now()`. */
  startedAt: number;
}

interface Ended extends Started {
  endedAt: number;
}

/** Where an answer stands. */
export type StreamState =
  | { stage: "idle" }
  | ({ stage: "connecting" } & Started)
  | ({ stage: "waiting"; sentence: string } & Started)
  | ({ stage: "streaming" } & Started)
  | ({ stage: "done" } & Ended)
  | ({ stage: "cancelled" } & Ended)
  /** `invalid`: the prompt was refused, and the sentence says why. */
  | ({ stage: "failed"; sentence: string; invalid: boolean } & Ended);

type Action = ({ type: "start" } | { type: "cancel" } | Progress) & {
  /** The time of the action, so that the reducer is pure. */
  at: number;
};

type Active = Extract<StreamState, { stage: "connecting" | "waiting" | "streaming" }>;

/** Whether an answer is under way, so that it can be cancelled. */
export function isActive(state: StreamState): state is Active {
  const { stage } = state;
  return stage === "connecting" || stage === "waiting" || stage === "streaming";
}

function reduce(state: StreamState, action: Action): StreamState {
  if (action.type === "start") return { stage: "connecting", text: "", startedAt: action.at };
  if (!isActive(state)) return state;
  const { text, startedAt } = state;
  const ended = { text, startedAt, endedAt: action.at };
  switch (action.type) {
    case "waiting":
      return { stage: "waiting", sentence: action.sentence, text, startedAt };
    case "token":
      return { stage: "streaming", text: text + action.text, startedAt };
    case "done":
      return { stage: "done", ...ended };
    case "cancel":
      return { stage: "cancelled", ...ended };
    case "failed":
      return { stage: "failed", sentence: action.sentence, invalid: action.invalid, ...ended };
  }
}

/** Loads the code that streams, which the first page does without. */
export function loadStream() {
  return import("./stream");
}

/**
 * Streams one answer at a time into a component's state.
 *
 * `start` sends a prompt and ends the answer before it; `cancel` stops and keeps what has
 * arrived. Both stay the same between renders. Unmounting aborts the request.
 */
export function useStream() {
  const [state, dispatch] = useReducer(reduce, { stage: "idle" });
  const controller = useRef<AbortController>(null);

  useEffect(() => () => controller.current?.abort(), []);

  const cancel = useCallback(() => {
    controller.current?.abort();
    dispatch({ type: "cancel", at: Date.now() });
  }, []);

  const start = useCallback(async (prompt: string) => {
    controller.current?.abort();
    controller.current = new AbortController();
    const { signal } = controller.current;
    const report = (progress: Progress) => {
      if (!signal.aborted) dispatch({ ...progress, at: Date.now() });
    };
    dispatch({ type: "start", at: Date.now() });
    const code = await loadStream().catch(console.error);
    if (!code) {
      return report({ type: "failed", sentence: unlessOffline(NOT_LOADED), invalid: false });
    }
    try {
      for await (const progress of code.streamAnswer(prompt, signal)) report(progress);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }, []);

  return { state, start, cancel };
}
