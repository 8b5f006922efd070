import { useEffect, useEffectEvent, useRef } from "react";
import { displayName } from "../../package.json";
import { Composer } from "./chat/Composer";
import { isComposing } from "./chat/keys";
import type { Turn } from "./chat/state";
import { useConversation } from "./chat/useConversation";
import { Environment } from "./ui/Environment";
import { ReloadPrompt } from "./ui/Reload";
import { ThemeToggle } from "./ui/ThemeToggle";
import { Welcome } from "./Welcome";

/** The page: a conversation and the form for the next prompt. */
export function App() {
  const { conversation, active, chat, ...actions } = useConversation();
  const field = useRef<HTMLTextAreaElement>(null);
  const isEmpty = conversation.turns.length === 0;

  function startAnew() {
    actions.clear();
    field.current?.focus();
  }

  useEffect(() => {
    // Only on devices with a mouse: on others, this would open the on-screen keyboard.
    if (matchMedia("(hover: hover)").matches) field.current?.focus({ preventScroll: true });
  }, []);

  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const { key, altKey, ctrlKey, metaKey, shiftKey, target } = event;
    const isCommand = ctrlKey || metaKey;
    if (key === "Escape") {
      if (active && !isComposing(event)) actions.stop();
      return;
    }
    if (isCommand && shiftKey && key.toLowerCase() === "o") startAnew();
    else if (key === "/" && !isCommand && !altKey && !isField(target)) field.current?.focus();
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);

  return (
    <main>
      <header>
        {!isEmpty && (
          <>
            <h1>{displayName}</h1>
            {chat && <chat.HeaderButtons turns={conversation.turns} onNewChat={startAnew} />}
          </>
        )}
        <ThemeToggle />
      </header>
      {isEmpty && <Welcome onChoose={actions.send} />}
      {!isEmpty &&
        (chat ? (
          <chat.Conversation conversation={conversation} onAsk={actions.askAgain} />
        ) : (
          <Questions turns={conversation.turns} />
        ))}
      <div className="dock">
        {!isEmpty && chat && <chat.NewestButton />}
        <Composer
          ref={field}
          active={active}
          notice={actions.serverIsStarting ? "The server is starting…" : undefined}
          refused={conversation.refused}
          onPrepare={actions.prepare}
          onSend={actions.send}
          onStop={actions.stop}
        />
      </div>
      {import.meta.env.DEV && <Environment />}
      <ReloadPrompt />
    </main>
  );
}

/** Whether a key press belongs to a field. */
function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input, select, textarea, [contenteditable]");
}

/** The user's questions, shown until the code of the conversation has loaded. */
function Questions({ turns }: { turns: Turn[] }) {
  return (
    <section className="conversation">
      {turns.map(({ id, prompt }) => (
        <p key={id} className="question">
          {prompt}
        </p>
      ))}
    </section>
  );
}
