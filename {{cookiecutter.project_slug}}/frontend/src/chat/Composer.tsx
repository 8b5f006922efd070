import { type FormEvent, type KeyboardEvent, type RefObject, useEffect, useState } from "react";
import type { Conversation } from "./state";

interface Props {
  /** The field, for whoever moves the focus to it. */
  ref: RefObject<HTMLTextAreaElement | null>;
  /** Whether an answer is under way, which can be stopped. */
  active: boolean;
  /** What the user should know while typing, in place of the hint about keys. */
  notice: string | undefined;
  /** The prompt that was refused, which the user gets back. */
  refused: Conversation["refused"];
  onFocus: () => void;
  onSend: (prompt: string) => void;
  onStop: () => void;
}

/** Where the prompt is typed. Enter sends, Shift+Enter breaks the line, Escape stops the answer. */
export function Composer({ ref, active, notice, refused, onFocus, onSend, onStop }: Props) {
  const [prompt, setPrompt] = useState("");
  const canSend = !active && prompt.trim() !== "";

  useEffect(() => {
    if (!active) return;
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (event.key === "Escape" && !isComposing(event)) onStop();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [active, onStop]);

  useEffect(() => {
    if (refused) setPrompt((prompt) => prompt || refused.prompt);
  }, [refused]);

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (!canSend) return;
    setPrompt("");
    onSend(prompt);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    if (!event.repeat) event.currentTarget.form?.requestSubmit();
  }

  function onStopClick() {
    onStop();
    ref.current?.focus(); // the button that had the focus is about to hide
  }

  return (
    <form className="composer card" onSubmit={onSubmit}>
      <label className="visually-hidden" htmlFor="prompt">
        Prompt
      </label>
      <textarea
        id="prompt"
        ref={ref}
        rows={1}
        placeholder="Ask something…"
        value={prompt}
        onChange={(event) => setPrompt(event.target.value)}
        onFocus={onFocus}
        onKeyDown={onKeyDown}
        aria-invalid={refused !== undefined}
        aria-describedby={refused && "prompt-problem"}
      />
      {refused && (
        <p id="prompt-problem" className="problem" role="alert">
          {refused.sentence}
        </p>
      )}
      {/* Two buttons side by side: a second click never lands on what took the first one's place. */}
      <div className="actions">
        <output className="hint">
          {notice ?? (
            <span className="keys">
              <kbd>Enter</kbd> sends, <kbd>Esc</kbd> stops
            </span>
          )}
        </output>
        <button type="button" className="stop" disabled={!active} onClick={onStopClick}>
          Stop
        </button>
        <button type="submit" className="primary" disabled={!canSend}>
          Send
        </button>
      </div>
    </form>
  );
}

/**
 * Whether a key belongs to an input method, which composes Japanese, for example: Enter then
 * confirms a word, and Escape drops it. Safari reports the confirming Enter after the composition
 * has ended, with the key code 229.
 */
function isComposing(event: globalThis.KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
