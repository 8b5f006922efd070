import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { Icon } from "../ui/Icon";
import { isComposing, submitOnEnter } from "./keys";

interface Props {
  prompt: string;
  /** Asks the question again in other words; undefined while an answer is in progress. */
  onEdit: ((prompt: string) => void) | undefined;
}

/** The user's question, which the user can edit and send again. */
export function Question({ prompt, onEdit }: Props) {
  const [editing, setEditing] = useState(false);
  const editButton = useRef<HTMLButtonElement>(null);

  function cancel() {
    flushSync(() => setEditing(false)); // shows the button
    editButton.current?.focus();
  }

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("question"));
    if (!text.trim()) return;
    setEditing(false);
    onEdit?.(text);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key === "Escape" && !isComposing(event.nativeEvent)) cancel();
    else submitOnEnter(event);
  }

  if (editing && onEdit) {
    return (
      <form className="edit card" onSubmit={onSubmit}>
        <textarea
          name="question"
          aria-label="Edit the question"
          ref={focus}
          rows={1}
          defaultValue={prompt}
          onKeyDown={onKeyDown}
        />
        <div className="actions">
          <button type="button" className="ghost" onClick={cancel}>
            Cancel
          </button>
          <button type="submit" className="primary">
            Send
          </button>
        </div>
      </form>
    );
  }
  return (
    <div className="row">
      {onEdit && (
        <button type="button" className="ghost" ref={editButton} onClick={() => setEditing(true)}>
          <Icon path="M4 20h4L19 9l-4-4L4 16zM13 7l4 4" />
          <span>Edit</span>
        </button>
      )}
      <p className="question">{prompt}</p>
    </div>
  );
}

function focus(field: HTMLTextAreaElement | null) {
  field?.focus();
}
