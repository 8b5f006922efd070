import { displayName, name } from "../../../package.json";
import { Icon } from "../ui/Icon";
import type { Turn } from "./state";

const NEW_CHAT_KEYS = `${/Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl+"}Shift+O`;

/** The buttons that save the conversation as a Markdown file and start a new one. */
export function HeaderButtons({ turns, onNewChat }: { turns: Turn[]; onNewChat: () => void }) {
  function save() {
    const file = new Blob([toMarkdown(turns)], { type: "text/markdown" });
    const href = URL.createObjectURL(file);
    const download = `${name}-${new Date().toISOString().slice(0, 10)}.md`;
    Object.assign(document.createElement("a"), { href, download }).click();
    URL.revokeObjectURL(href);
  }

  return (
    <>
      <button type="button" className="ghost" onClick={save}>
        <Icon path="M12 4v12M7 11l5 5 5-5M5 20h14" />
        <span>Export</span>
      </button>
      <button type="button" className="ghost" title={NEW_CHAT_KEYS} onClick={onNewChat}>
        <Icon path="M12 5v14M5 12h14" />
        <span>New chat</span>
      </button>
    </>
  );
}

/**
 * Writes a conversation as Markdown: each prompt as a quotation, then its answer and its sources.
 *
 * @param turns the turns, oldest first.
 */
export function toMarkdown(turns: Turn[]): string {
  const parts = turns.flatMap(({ prompt, answer: { text, sources } }) => [
    prompt.replace(/^/gm, "> "),
    text,
    sources.map(({ title, url }, index) => `${index + 1}. [${title || url}](<${url}>)`).join("\n"),
  ]);
  return `${[`# ${displayName}`, ...parts].filter(Boolean).join("\n\n")}\n`;
}
