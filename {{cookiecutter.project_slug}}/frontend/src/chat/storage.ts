import { type Conversation, reduce, type Turn } from "./state";

const KEY = "conversation";

/** Returns the conversation that this tab has kept. An answer that was in progress is stopped. */
export function restoreConversation(): Conversation {
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY) ?? "");
    if (stored.turns.every(isTurn)) return reduce(stored, { type: "stopped", at: Date.now() });
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
    // Storage is blocked or full: the conversation lasts until the user leaves the page.
  }
}

function isTurn({ id, prompt, answer }: Partial<Turn>): boolean {
  return (
    [id, answer?.startedAt].every(Number.isFinite) &&
    [prompt, answer?.text, answer?.stage].every((value) => typeof value === "string") &&
    Array.isArray(answer?.sources)
  );
}
