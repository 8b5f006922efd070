import { useState } from "react";
import { description, displayName } from "../../package.json";
import { Answer } from "./Answer";
import { Composer } from "./Composer";
import { Environment } from "./Environment";
import { ReloadPrompt } from "./ReloadPrompt";
import { ThemeToggle } from "./ThemeToggle";
import { isActive, useStream } from "./useStream";

/** The page: a prompt, its answer, and what the backend says about itself. */
export function App() {
  const { start, cancel, ...state } = useStream();
  const [asked, setAsked] = useState("");

  function ask(prompt: string) {
    setAsked(prompt);
    start(prompt);
  }

  return (
    <main>
      <header>
        <div>
          <h1>{displayName}</h1>
          <p>{description}</p>
        </div>
        <ThemeToggle />
      </header>
      <Composer
        active={isActive(state.stage)}
        invalid={state.invalid ? state.sentence : undefined}
        onSend={ask}
        onCancel={cancel}
      />
      <Answer state={state} onRetry={() => ask(asked)} />
      <Environment />
      <ReloadPrompt />
    </main>
  );
}
