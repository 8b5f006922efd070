import { useEffect, useState } from "react";
import { isActive, type Stage, type StreamState } from "./useStream";

const STAGES: Record<Stage, string> = {
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
  const { stage, text, sentence, invalid } = state;
  const active = isActive(stage);
  if (stage === "idle" || invalid) return null;
  return (
    <section className="answer card" aria-label="Answer">
      <p className="stage" data-stage={stage}>
        <output>{STAGES[stage]}</output> <Elapsed {...state} />
      </p>
      {/* Busy until it is complete, so that screen readers read it once and whole. */}
      <div className="text" aria-live="polite" aria-busy={active} data-testid="answer">
        {text}
      </div>
      {sentence && (
        <p className="problem" role="alert">
          {sentence}
        </p>
      )}
      {!active && (
        <div className="actions">
          {text && <CopyButton text={text} />}
          <button type="button" onClick={onRetry}>
            Retry
          </button>
        </div>
      )}
    </section>
  );
}

function Elapsed({ startedAt = 0, endedAt }: Pick<StreamState, "startedAt" | "endedAt">) {
  const [now, setNow] = useState(Date.now);
  const running = endedAt === undefined;

  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, [running]);

  return <time>{(Math.max(0, (endedAt ?? now) - startedAt) / 1000).toFixed(1)} s</time>;
}

function CopyButton({ text }: { text: string }) {
  const [label, setLabel] = useState("Copy");

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setLabel("Copied");
    } catch {
      setLabel("Can't copy"); // no permission, or a page without TLS
    }
  }

  return (
    <button type="button" onClick={copy} onBlur={() => setLabel("Copy")}>
      {label}
    </button>
  );
}
