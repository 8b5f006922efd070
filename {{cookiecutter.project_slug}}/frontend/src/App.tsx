import { useState } from "react";
import { description, displayName } from "../../package.json";
import { Answer } from "./Answer";
import { Composer } from "./Composer";
import { Environment } from "./Environment";
import { ReloadPrompt } from "./ReloadPrompt";
import { ThemeToggle } from "./ThemeToggle";
import { isActive, useStream } from "./useStream";

/** The page: a prompt, its answer, and the backend's environment. */
export function App() {
  const { state, start, cancel } = useStream();
  const [prompt, setPrompt] = useState("");

  function send(prompt: string) {
    setPrompt(prompt);
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
        active={isActive(state)}
        problem={state.stage === "failed" && state.invalid ? state.sentence : undefined}
        onSend={send}
        onCancel={cancel}
      />
      <Answer state={state} onRetry={() => start(prompt)} />
      <Environment />
      <ReloadPrompt />
    </main>
  );
}
