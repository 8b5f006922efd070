import type { Source } from "./state";

/**
 * The pages that an answer draws on, numbered, each once: pages on the web and, by their paths, the
 * app's own.
 */
export function Sources({ sources }: { sources: Source[] }) {
  const titles = new Map(sources.filter(isPage).map(({ title, url }) => [url, title]));
  if (titles.size === 0) return null;
  return (
    <ol className="sources" aria-label="Sources">
      {[...titles].map(([url, title]) => {
        const { host, href } = new URL(url, location.origin);
        return (
          <li key={url}>
            <a href={href} target="_blank" rel="noreferrer noopener">
              {title || url}
            </a>{" "}
            {host !== location.host && <small>{host}</small>}
          </li>
        );
      })}
    </ol>
  );
}

function isPage({ url }: Source): boolean {
  return /^(?:https?:|\/)/i.test(url) && URL.canParse(url, location.origin);
}
