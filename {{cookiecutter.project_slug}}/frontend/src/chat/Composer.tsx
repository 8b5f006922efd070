import { type FormEvent, type RefObject, useEffect, useState } from "react";
import { submitOnEnter } from "./keys";
import type { Conversation } from "./state";

interface Props {
  /** The field, so that others can move the focus to it. */
  ref: RefObject<HTMLTextAreaElement | null>;
  /** Whether an answer is in progress, which the user can stop. */
  active: boolean;
  /** A notice for the user, in place of the hint about keys. */
  notice: string | undefined;
  /** The prompt that was refused, which the user gets back. */
  refused: Conversation["refused"];
  /** Called at each sign that a prompt is about to be sent: a touch or a change. */
  onPrepare: () => void;
  onSend: (prompt: string) => void;
  onStop: () => void;
}

/** The form for the next prompt. Enter sends, and Shift+Enter breaks the line. */
export function Composer({ ref, active, notice, refused, onPrepare, onSend, onStop }: Props) {
  const [prompt, setPrompt] = useState("");
  const canSend = !active && prompt.trim() !== "";

  useEffect(() => {
    if (refused) setPrompt((prompt) => prompt || refused.prompt);
  }, [refused]);

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (!canSend) return;
    setPrompt("");
    onSend(prompt);
  }

  function onStopClick() {
    onStop();
    ref.current?.focus(); // the focused button is about to disappear
  }

  return (
    <form className="composer card" onSubmit={onSubmit}>
      <textarea
        aria-label="Prompt"
        ref={ref}
        rows={1}
        placeholder="Ask something…"
        title="Press / to write here"
        value={prompt}
        onChange={(event) => {
          setPrompt(event.target.value);
          onPrepare();
        }}
        onPointerDown={onPrepare}
        onKeyDown={submitOnEnter}
        aria-invalid={refused !== undefined}
        aria-describedby={refused && "prompt-problem"}
      />
      {refused && (
        <p id="prompt-problem" className="problem" role="alert">
          {refused.sentence}
        </p>
      )}
      {/* Two buttons in two places, so that a double click can't reach both. */}
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
