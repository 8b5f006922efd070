import type { Source } from "./state";

/** The pages that an answer draws on, numbered, each once. Leaves out what is not on the web. */
export function Sources({ sources }: { sources: Source[] }) {
  const titles = new Map(sources.filter(isPage).map(({ title, url }) => [url, title]));
  if (titles.size === 0) return null;
  return (
    <ol className="sources" aria-label="Sources">
      {[...titles].map(([url, title]) => (
        <li key={url}>
          <a href={url} target="_blank" rel="noreferrer noopener">
            {title || url}
          </a>{" "}
          <small>{new URL(url).host}</small>
        </li>
      ))}
    </ol>
  );
}

function isPage({ url }: Source): boolean {
  return /^https?:/i.test(url) && URL.canParse(url);
}
