import { useCallback, useEffect, useEffectEvent, useReducer, useRef, useState } from "react";
import { unlessOffline } from "../api/offline";
import { isActive, newTurn, type Progress, reduce, type Turn } from "./state";
import { restoreConversation, storeConversation } from "./storage";

const NOT_LOADED = "A part of this page can't be loaded. Reload the page.";

/**
 * A conversation, kept until the tab is closed. One answer streams at a time.
 *
 * `send` asks a question, `retry` asks the last one again, `stop` ends the answer and keeps what
 * has arrived, `clear` ends the conversation. `prepare` loads the code that all of this needs,
 * `chat`, and wakes the server. Unmounting aborts the request.
 */
export function useConversation() {
  const [conversation, dispatch] = useReducer(reduce, undefined, restoreConversation);
  const [chat, setChat] = useState<typeof import("./lazy")>();
  const [serverIsStarting, setServerIsStarting] = useState(false);
  const controller = useRef<AbortController>(null);
  const { turns, leftOut } = conversation;
  const active = isActive(turns.at(-1)?.answer);

  const load = useCallback(async () => {
    const chat = await import("./lazy");
    setChat(chat);
    return chat;
  }, []);

  const store = useEffectEvent(() => storeConversation(conversation));
  useEffect(() => {
    if (!active) store();
    addEventListener("pagehide", store);
    return () => removeEventListener("pagehide", store);
  }, [active]);

  const hasTurns = turns.length > 0;
  useEffect(() => {
    if (hasTurns) load().catch(console.error);
  }, [hasTurns, load]);

  useEffect(() => () => controller.current?.abort(), []);

  async function ask(turns: Turn[]) {
    controller.current?.abort();
    controller.current = new AbortController();
    const { signal } = controller.current;
    const report = (progress: Progress) => {
      if (!signal.aborted) dispatch({ ...progress, at: Date.now() });
    };
    dispatch({ type: "start", turns, at: Date.now() });
    const chat = await load().catch(console.error);
    if (!chat) return report({ type: "refused", sentence: unlessOffline(NOT_LOADED) });
    try {
      for await (const progress of chat.streamAnswer({ turns, leftOut }, signal)) report(progress);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  const stop = useCallback(() => {
    controller.current?.abort();
    dispatch({ type: "stop", at: Date.now() });
  }, []);

  return {
    conversation,
    active,
    chat,
    serverIsStarting,
    prepare: () => {
      load().then(({ wakeServer }) => wakeServer(setServerIsStarting), console.error);
    },
    send: (prompt: string) => ask([...turns, newTurn(turns.length, prompt)]),
    retry: () => {
      const last = turns.at(-1);
      if (last) ask([...turns.slice(0, -1), newTurn(last.id, last.prompt)]);
    },
    stop,
    clear: () => {
      stop();
      dispatch({ type: "start", turns: [], at: Date.now() });
    },
  };
}
