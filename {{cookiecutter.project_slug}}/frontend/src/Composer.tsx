import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { loadStream } from "./useStream";

interface Props {
  /** Whether an answer is under way, which can be cancelled. */
  active: boolean;
  /** Why the prompt was refused, if it was. */
  problem: string | undefined;
  onSend: (prompt: string) => void;
  onCancel: () => void;
}

/** Where the prompt is typed. Enter sends, Shift+Enter breaks the line, Escape cancels. */
export function Composer({ active, problem, onSend, onCancel }: Props) {
  const [prompt, setPrompt] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const canSend = !active && prompt.trim() !== "";

  useEffect(() => {
    if (!active) return;
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (event.key === "Escape" && !isComposing(event)) onCancel();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [active, onCancel]);

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (canSend) onSend(prompt);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    if (!event.repeat) event.currentTarget.form?.requestSubmit();
  }

  function onCancelClick() {
    onCancel();
    field.current?.focus(); // the button that had the focus is about to hide
  }

  return (
    <form className="composer card" onSubmit={onSubmit}>
      <label className="visually-hidden" htmlFor="prompt">
        Prompt
      </label>
      <textarea
        id="prompt"
        ref={field}
        rows={2}
        placeholder="Ask something…"
        value={prompt}
        onChange={(event) => setPrompt(event.target.value)}
        onFocus={() => loadStream().catch(() => undefined)}
        onKeyDown={onKeyDown}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? "prompt-problem" : undefined}
      />
      {problem && (
        <p id="prompt-problem" className="problem" role="alert">
          {problem}
        </p>
      )}
      {/* Two buttons side by side: a second click never lands on what took the first one's place. */}
      <div className="actions">
        <span className="hint">
          <kbd>Enter</kbd> sends, <kbd>Esc</kbd> cancels
        </span>
        <button type="button" className="cancel" disabled={!active} onClick={onCancelClick}>
          Cancel
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
