import { useState } from "react";
import { Icon } from "./Icon";

const COPY = "M9 9h11v11H9zM5 15H4V4h11v1";
const COPIED = { icon: "M5 13l4.5 4.5L19 7", label: "Copied" };
const NOT_COPIED = { icon: "M6 6l12 12M18 6L6 18", label: "Can't copy" };

/** A button that copies a text to the clipboard and shows whether that worked. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [result, setResult] = useState<typeof COPIED>();

  async function copy() {
    try {
      if (navigator.clipboard) await navigator.clipboard.writeText(text);
      else copySelection(text);
      setResult(COPIED);
    } catch {
      setResult(NOT_COPIED);
    }
  }

  return (
    <button type="button" className="ghost" onClick={copy} onBlur={() => setResult(undefined)}>
      <Icon path={result?.icon ?? COPY} />
      <span>{result?.label ?? label}</span>
    </button>
  );
}

/**
 * Copies a text by selecting it, for pages without TLS, which have no `navigator.clipboard`.
 *
 * @throws Error if the browser refuses.
 */
function copySelection(text: string): void {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  if (!copied) throw new Error("The browser refused to copy.");
}
