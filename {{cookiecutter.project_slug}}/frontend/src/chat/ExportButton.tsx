import { displayName, name } from "../../../package.json";
import { Icon } from "../ui/Icon";
import type { Turn } from "./state";

/** A button that saves the conversation as a Markdown file. */
export function ExportButton({ turns }: { turns: Turn[] }) {
  function save() {
    const file = new Blob([toMarkdown(turns)], { type: "text/markdown" });
    const url = URL.createObjectURL(file);
    const day = new Date().toISOString().slice(0, 10);
    Object.assign(document.createElement("a"), {
      href: url,
      download: `${name}-${day}.md`,
    }).click();
    URL.revokeObjectURL(url);
  }

  return (
    <button type="button" className="ghost" onClick={save}>
      <Icon path="M12 4v12M7 11l5 5 5-5M5 20h14" />
      <span>Export</span>
    </button>
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
