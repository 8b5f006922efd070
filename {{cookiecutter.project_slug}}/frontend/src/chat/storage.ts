import { type Conversation, isActive, type Turn } from "./state";

const KEY = "conversation";

/** The conversation that this tab has kept. An answer that was under way counts as stopped. */
export function restoreConversation(): Conversation {
  try {
    const { turns, ...others } = JSON.parse(sessionStorage.getItem(KEY) ?? "");
    if (turns.every(isTurn)) return { ...others, turns: turns.map(settle) };
  } catch {
    // Storage is blocked or empty, or an older version of the page has stored something else.
  }
  return { turns: [], leftOut: 0 };
}

/** Keeps the conversation until the tab is closed. */
export function storeConversation(conversation: Conversation): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(conversation));
  } catch {
    // Storage is blocked or full: the conversation lasts until the page is left.
  }
}

function isTurn({ id, prompt, answer }: Partial<Turn>): boolean {
  return (
    [id, answer?.startedAt].every(Number.isFinite) &&
    [prompt, answer?.text, answer?.stage].every((value) => typeof value === "string") &&
    Array.isArray(answer?.sources)
  );
}

function settle(turn: Turn): Turn {
  if (!isActive(turn.answer)) return turn;
  const { status: _, ...answer } = turn.answer;
  return { ...turn, answer: { ...answer, stage: "stopped", endedAt: Date.now() } };
}
