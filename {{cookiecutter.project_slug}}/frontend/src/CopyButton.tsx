import { useState } from "react";
import { Icon } from "./Icon";

const COPY = { icon: "copy", label: "Copy" } as const;
const COPIED = { icon: "check", label: "Copied" } as const;
const NOT_COPIED = { icon: "cross", label: "Can't copy" } as const; // no permission, or no TLS

/** A button that copies a text to the clipboard, and says whether it could. */
export function CopyButton({ text }: { text: string }) {
  const [{ icon, label }, show] = useState<typeof COPY | typeof COPIED | typeof NOT_COPIED>(COPY);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      show(COPIED);
    } catch {
      show(NOT_COPIED);
    }
  }

  return (
    <button type="button" onClick={copy} onBlur={() => show(COPY)}>
      <Icon name={icon} />
      <span>{label}</span>
    </button>
  );
}
