import type { Plugin } from "vite";
import manifest from "../package.json" with { type: "json" };

/** Escapes text so that it can stand in HTML, between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A Vite plugin: fills the page's title and description from the root package.json. */
export function namePage(): Plugin {
  return {
    name: "name-page",
    transformIndexHtml: (html) =>
      html
        .replace("<title></title>", () => `<title>${escapeHtml(manifest.displayName)}</title>`)
        .replace(
          '<meta name="description" content="" />',
          () => `<meta name="description" content="${escapeHtml(manifest.description)}" />`,
        ),
  };
}
