import { useState } from "react";
import { Icon } from "./Icon";

const COPIED = { icon: "check", label: "Copied" } as const;
const NOT_COPIED = { icon: "cross", label: "Can't copy" } as const; // no permission, or no TLS

/** A button that copies a text to the clipboard, and says whether it could. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [result, setResult] = useState<typeof COPIED | typeof NOT_COPIED>();

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setResult(COPIED);
    } catch {
      setResult(NOT_COPIED);
    }
  }

  return (
    <button type="button" className="ghost" onClick={copy} onBlur={() => setResult(undefined)}>
      <Icon name={result?.icon ?? "copy"} />
      <span>{result?.label ?? label}</span>
    </button>
  );
}
