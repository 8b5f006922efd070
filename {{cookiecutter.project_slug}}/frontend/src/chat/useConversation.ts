import { useCallback, useEffect, useEffectEvent, useReducer, useRef, useState } from "react";
import { type Conversation, isActive, newTurn, type Progress, reduce, type Turn } from "./state";

const KEY = "conversation";

/**
 * Keeps a conversation until the tab is closed. One answer streams at a time.
 *
 * `send` asks a question. `askAgain` asks an earlier one again, reworded if a prompt is given, and
 * drops the turns after it. `stop` ends the answer and keeps the part that has arrived. `clear` ends the
 * conversation. `prepare` loads the code that these need, `chat`, and wakes the server. Unmounting
 * aborts the request.
 */
export function useConversation() {
  const [conversation, dispatch] = useReducer(reduce, undefined, restoreConversation);
  const [chat, setChat] = useState<typeof import("./lazy").chat>();
  const [serverIsStarting, setServerIsStarting] = useState(false);
  const controller = useRef<AbortController>(null);
  const latest = useRef(conversation); // lets callbacks stay the same while an answer streams
  const active = isActive(conversation.turns.at(-1)?.answer);

  useEffect(() => {
    latest.current = conversation;
  });

  const load = useCallback(async () => {
    const { chat } = await import("./lazy");
    setChat(chat);
    return chat;
  }, []);

  const store = useEffectEvent(() => storeConversation(conversation));
  useEffect(() => {
    if (!active) store();
    addEventListener("pagehide", store);
    return () => removeEventListener("pagehide", store);
  }, [active]);

  const hasTurns = conversation.turns.length > 0;
  useEffect(() => {
    if (hasTurns) load().catch(console.error);
  }, [hasTurns, load]);

  useEffect(() => () => controller.current?.abort(), []);

  const stop = useCallback(() => {
    controller.current?.abort();
    dispatch({ type: "stopped", at: Date.now() });
  }, []);

  const start = useCallback(
    async (turns: Turn[]) => {
      controller.current?.abort();
      controller.current = new AbortController();
      const { signal } = controller.current;
      const report = (progress: Progress) => {
        if (!signal.aborted) dispatch({ ...progress, at: Date.now() });
      };
      const action = { type: "start", turns, at: Date.now() } as const;
      dispatch(action);
      const chat = await load().catch(console.error);
      if (!chat) {
        const sentence = navigator.onLine
          ? "This page is incomplete. Reload it."
          : "You are offline.";
        return report({ type: "refused", sentence });
      }
      try {
        const conversation = reduce(latest.current, action);
        for await (const progress of chat.streamAnswer(conversation, signal)) report(progress);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    [load],
  );

  const askAgain = useCallback(
    (index: number, prompt: string) => {
      start([...latest.current.turns.slice(0, index), newTurn(index, prompt)]);
    },
    [start],
  );

  return {
    conversation,
    active,
    chat,
    serverIsStarting,
    prepare: () => {
      load().then(({ wakeServer }) => wakeServer(setServerIsStarting), console.error);
    },
    send: (prompt: string) => askAgain(conversation.turns.length, prompt),
    askAgain,
    stop,
    clear: () => {
      stop();
      dispatch({ type: "start", turns: [], at: Date.now() });
    },
  };
}

/** Returns the conversation that this tab has kept. An answer that was in progress is stopped. */
function restoreConversation(): Conversation {
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY) ?? "");
    if (stored.turns.every(isTurn)) return reduce(stored, { type: "stopped", at: Date.now() });
  } catch {
    // Storage is blocked or empty, or an older version of the page has stored something else.
  }
  return { turns: [], leftOut: 0 };
}

/** Keeps the conversation until the tab is closed. */
function storeConversation(conversation: Conversation): void {
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
