/** A page that an answer draws on. */
export interface Source {
  title: string;
  url: string;
}

/** The part of an answer that has arrived. It is kept if the stream fails or is stopped. */
export interface Answer {
  stage: "connecting" | "streaming" | "done" | "stopped" | "failed";
  /** What the backend is doing while there is no text. */
  status?: string;
  text: string;
  sources: Source[];
  /** Why the answer failed. */
  problem?: string;
  /** In milliseconds, like `Date.now()`. */
  startedAt: number;
  endedAt?: number;
}

/** A prompt and its answer. */
export interface Turn {
  id: number;
  prompt: string;
  answer: Answer;
}

/** The conversation that the page shows. */
export interface Conversation {
  turns: Turn[];
  /** How many of the oldest turns are no longer sent, because the server accepts no more. */
  leftOut: number;
  /** The last prompt and the reason, if the server refused it. */
  refused?: { prompt: string; sentence: string };
}

/** One step of an answer. The last one is `done`, `failed`, or `refused`. */
export type Progress =
  | { type: "status"; text: string }
  | { type: "token"; text: string }
  | ({ type: "source" } & Source)
  | { type: "leftOut"; turns: number }
  | { type: "done" }
  | { type: "failed"; sentence: string }
  /** The server can't answer the prompt as it is: the user gets it back. */
  | { type: "refused"; sentence: string };

export type Action = (Progress | { type: "start"; turns: Turn[] } | { type: "stopped" }) & {
  /** The time of the action, so that the reducer is pure. */
  at: number;
};

/** Whether an answer is in progress, so that it can be stopped. */
export function isActive(answer: Answer | undefined): boolean {
  return answer?.stage === "connecting" || answer?.stage === "streaming";
}

/** Makes a turn whose answer starts now. */
export function newTurn(id: number, prompt: string): Turn {
  return {
    id,
    prompt,
    answer: { stage: "connecting", text: "", sources: [], startedAt: Date.now() },
  };
}

/** Applies an action. The steps of an answer belong to the last turn. */
export function reduce(conversation: Conversation, action: Action): Conversation {
  const { turns, leftOut } = conversation;
  if (action.type === "start") {
    return { turns: action.turns, leftOut: leftOut < action.turns.length ? leftOut : 0 };
  }
  const last = turns.at(-1);
  if (!last || !isActive(last.answer)) return conversation;
  const others = turns.slice(0, -1);
  const { prompt } = last;
  const { status: _, ...answer } = last.answer;
  const change = (changes: Partial<Answer>): Conversation => ({
    turns: [...others, { ...last, answer: { ...answer, ...changes } }],
    leftOut,
  });
  switch (action.type) {
    case "leftOut":
      return { turns, leftOut: action.turns };
    case "status":
      return change({ status: action.text });
    case "token":
      return change({ stage: "streaming", text: answer.text + action.text });
    case "source":
      return change({ sources: [...answer.sources, { title: action.title, url: action.url }] });
    case "refused":
      return { turns: others, leftOut, refused: { prompt, sentence: action.sentence } };
    case "failed":
      return change({ stage: "failed", endedAt: action.at, problem: action.sentence });
    default:
      return change({ stage: action.type, endedAt: action.at });
  }
}
