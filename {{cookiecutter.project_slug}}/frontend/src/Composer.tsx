import { type FormEvent, type KeyboardEvent, useEffect, useState } from "react";

interface Props {
  /** Whether an answer is under way: the button then cancels. */
  active: boolean;
  /** What is wrong with the prompt, if anything. */
  invalid: string | undefined;
  onSend: (prompt: string) => void;
  onCancel: () => void;
}

/** Where the prompt is typed. Enter sends, Shift+Enter breaks the line, Escape cancels. */
export function Composer({ active, invalid, onSend, onCancel }: Props) {
  const [prompt, setPrompt] = useState("");
  const empty = prompt.trim() === "";

  useEffect(() => {
    if (!active) return;
    const onEscape = (event: globalThis.KeyboardEvent) => event.key === "Escape" && onCancel();
    addEventListener("keydown", onEscape);
    return () => removeEventListener("keydown", onEscape);
  }, [active, onCancel]);

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (!empty) onSend(prompt);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    // Enter also confirms a word in an input method, as for Japanese: that must not send.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.currentTarget.form?.requestSubmit();
  }

  return (
    <form className="composer card" onSubmit={onSubmit}>
      <label className="visually-hidden" htmlFor="prompt">
        Prompt
      </label>
      <textarea
        id="prompt"
        rows={2}
        placeholder="Ask something…"
        value={prompt}
        onChange={(event) => setPrompt(event.target.value)}
        onKeyDown={onKeyDown}
        aria-invalid={invalid !== undefined}
        aria-describedby={invalid ? "prompt-problem" : undefined}
      />
      {invalid && (
        <p id="prompt-problem" className="problem" role="alert">
          {invalid}
        </p>
      )}
      <div className="actions">
        <span className="hint">
          <kbd>Enter</kbd> sends, <kbd>Esc</kbd> cancels
        </span>
        {active ? (
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        ) : (
          <button type="submit" className="primary" disabled={empty}>
            Send
          </button>
        )}
      </div>
    </form>
  );
}
