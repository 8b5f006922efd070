import { type ComponentType, useEffect, useMemo, useState } from "react";
import type { Pages } from "../markdown/Inline";
import { CopyButton } from "../ui/CopyButton";
import { Icon } from "../ui/Icon";
import { isActive, type Source, type Answer as State } from "./state";

const STAGES: Record<State["stage"], string> = {
  connecting: "Connecting…",
  streaming: "Answering…",
  done: "Done",
  stopped: "Stopped",
  failed: "Failed",
};

/** Shows a text that grows until it is complete. */
export type TextView = ComponentType<{ text: string; complete: boolean; pages: Pages }>;

interface Props {
  answer: State;
  Text: TextView;
  /** The last answer shows its stage. */
  isLast: boolean;
  /** Asks again; undefined while an answer is in progress. */
  onRetry: (() => void) | undefined;
}

/** An answer as it arrives, with its sources. */
export function Answer({ answer, Text, isLast, onRetry }: Props) {
  const { stage, status, text, sources, problem } = answer;
  const active = isActive(answer);
  const pages = useMemo(() => toPages(sources), [sources]);
  return (
    <div className="answer">
      {/* Busy until it is complete, so that screen readers read the whole answer, once. */}
      <div className="text" aria-live="polite" aria-busy={active} data-testid="answer">
        <Text text={text} complete={!active} pages={pages} />
      </div>
      <Sources pages={pages} />
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <div className="actions">
        {isLast && (
          <p className="stage" data-stage={active ? "active" : stage}>
            <output>{status ?? STAGES[stage]}</output> <Elapsed {...answer} />
          </p>
        )}
        {!active && text && <CopyButton text={text} />}
        {onRetry && (
          <button type="button" className="ghost" onClick={onRetry}>
            <Icon path="M20 12a8 8 0 1 1-2.4-5.7L20 8.5M20 4v4.5h-4.5" />
            <span>Retry</span>
          </button>
        )}
      </div>
    </div>
  );
}

/** The seconds since an answer started, until it ends. */
function Elapsed({ startedAt, endedAt }: Pick<State, "startedAt" | "endedAt">) {
  const [now, setNow] = useState(Date.now);
  const running = endedAt === undefined;

  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, [running]);

  return <time>{(Math.max(0, (endedAt ?? now) - startedAt) / 1000).toFixed(1)} s</time>;
}

/**
 * Finds the pages that sources name, in the order in which a text cites them: pages on the web and,
 * by their paths, the app's own. Anything else is undefined.
 */
function toPages(sources: Source[]): Pages {
  return sources.map(({ title, url }) => {
    if (!/^(?:https?:|\/)/i.test(url) || !URL.canParse(url, location.origin)) return undefined;
    return { title: title || url, href: new URL(url, location.origin).href };
  });
}

/** The pages that an answer draws on, each once, with the number by which the text cites it. */
function Sources({ pages }: { pages: Pages }) {
  const found = new Map<string, { title: string; number: number }>();
  for (const [index, page] of pages.entries()) {
    if (!page) continue;
    const number = found.get(page.href)?.number ?? index + 1;
    found.set(page.href, { title: page.title, number });
  }
  if (found.size === 0) return null;
  return (
    <ol className="sources" aria-label="Sources">
      {[...found].map(([href, { title, number }]) => {
        const { host } = new URL(href);
        return (
          <li key={href} value={number}>
            <a href={href} target="_blank" rel="noreferrer noopener">
              {title}
            </a>{" "}
            {host !== location.host && <small>{host}</small>}
          </li>
        );
      })}
    </ol>
  );
}
