import { useEffect, useState } from "react";
import { CopyButton } from "./CopyButton";
import { Icon } from "./Icon";
import { isActive, type StreamState } from "./useStream";

const STAGES: Record<StreamState["stage"], string> = {
  idle: "Ready",
  connecting: "Connecting…",
  waiting: "Waiting for the server…",
  streaming: "Answering…",
  done: "Done",
  cancelled: "Cancelled",
  failed: "Failed",
};

/** The answer as it arrives, with its stage and the time it takes. */
export function Answer({ state, onRetry }: { state: StreamState; onRetry: () => void }) {
  if (state.stage === "idle" || ("invalid" in state && state.invalid)) return null;
  const active = isActive(state);
  const { stage, text } = state;
  return (
    <section className="answer card" aria-label="Answer">
      {/* Busy until it is complete, so that screen readers read it once and whole. */}
      <div className="text" aria-live="polite" aria-busy={active} data-testid="answer">
        {text}
      </div>
      {"sentence" in state && (
        <p className="problem" role="alert">
          {state.sentence}
        </p>
      )}
      <div className="actions">
        <p className="stage" data-stage={stage}>
          <output>{STAGES[stage]}</output>{" "}
          <Elapsed since={state.startedAt} until={"endedAt" in state ? state.endedAt : undefined} />
        </p>
        {!active && text && <CopyButton text={text} />}
        {!active && (
          <button type="button" onClick={onRetry}>
            <Icon name="retry" />
            <span>Retry</span>
          </button>
        )}
      </div>
    </section>
  );
}

/** A time in seconds that runs until it has an end. */
function Elapsed({ since, until }: { since: number; until: number | undefined }) {
  const [now, setNow] = useState(Date.now);
  const running = until === undefined;

  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, [running]);

  return <time>{(Math.max(0, (until ?? now) - since) / 1000).toFixed(1)} s</time>;
}
