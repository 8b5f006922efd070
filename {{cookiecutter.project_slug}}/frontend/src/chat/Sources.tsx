import type { Citation } from "../markdown/citations";
import type { Source } from "./state";

/**
 * Finds the pages that sources name, in the order in which a text cites them: pages on the web and,
 * by their paths, the app's own. Anything else is undefined.
 */
export function toPages(sources: Source[]): (Citation | undefined)[] {
  return sources.map(({ title, url }) => {
    if (!/^(?:https?:|\/)/i.test(url) || !URL.canParse(url, location.origin)) return undefined;
    return { title: title || url, href: new URL(url, location.origin).href };
  });
}

/** The pages that an answer draws on, each once, with the number by which the text cites it. */
export function Sources({ pages }: { pages: (Citation | undefined)[] }) {
  const numbers = new Map<string, number>();
  for (const [index, page] of pages.entries()) {
    if (page && !numbers.has(page.href)) numbers.set(page.href, index + 1);
  }
  const titles = new Map(pages.flatMap((page) => (page ? [[page.href, page.title]] : [])));
  if (numbers.size === 0) return null;
  return (
    <ol className="sources" aria-label="Sources">
      {[...numbers].map(([href, number]) => {
        const { host } = new URL(href);
        return (
          <li key={href} value={number}>
            <a href={href} target="_blank" rel="noreferrer noopener">
              {titles.get(href)}
            </a>{" "}
            {host !== location.host && <small>{host}</small>}
          </li>
        );
      })}
    </ol>
  );
}
