import type { KeyboardEvent as ReactKeyboardEvent } from "react";

/**
 * Whether a key belongs to an input method, for example one that composes Japanese: Enter then
 * confirms a word, and Escape drops it. Safari reports the confirming Enter after the composition
 * has ended, with the key code 229.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Submits a field's form on Enter, but breaks the line on Shift+Enter. A held Enter sends once. */
export function submitOnEnter(event: ReactKeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== "Enter" || event.shiftKey || isComposing(event.nativeEvent)) return;
  event.preventDefault();
  if (!event.repeat) event.currentTarget.form?.requestSubmit();
}
