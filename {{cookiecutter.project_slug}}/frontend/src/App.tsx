import { useRef } from "react";
import { displayName } from "../../package.json";
import { Composer } from "./chat/Composer";
import type { Turn } from "./chat/state";
import { useConversation } from "./chat/useConversation";
import { Footer } from "./ui/Footer";
import { Icon } from "./ui/Icon";
import { ReloadPrompt } from "./ui/ReloadPrompt";
import { ThemeToggle } from "./ui/ThemeToggle";
import { Welcome } from "./Welcome";

/** The page: a conversation, and where the next prompt is typed. */
export function App() {
  const { conversation, active, chat, ...actions } = useConversation();
  const field = useRef<HTMLTextAreaElement>(null);
  const isEmpty = conversation.turns.length === 0;

  function startAnew() {
    actions.clear();
    field.current?.focus();
  }

  return (
    <main>
      <header>
        {!isEmpty && (
          <>
            <h1>{displayName}</h1>
            <button type="button" className="ghost" onClick={startAnew}>
              <Icon path="M12 5v14M5 12h14" />
              <span>New chat</span>
            </button>
          </>
        )}
        <ThemeToggle />
      </header>
      {isEmpty && <Welcome onChoose={actions.send} />}
      {!isEmpty &&
        (chat ? (
          <chat.Conversation conversation={conversation} onRetry={actions.retry} />
        ) : (
          <Questions turns={conversation.turns} />
        ))}
      <Composer
        ref={field}
        active={active}
        notice={actions.serverIsStarting ? "The server is starting…" : undefined}
        refused={conversation.refused}
        onFocus={actions.prepare}
        onSend={actions.send}
        onStop={actions.stop}
      />
      <Footer />
      <ReloadPrompt />
    </main>
  );
}

/** What the user asked, shown until the code of the conversation has loaded. */
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
