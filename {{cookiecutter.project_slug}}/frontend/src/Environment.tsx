import { lazy, Suspense, useState } from "react";
import type { EnvReport } from "./api.gen";
import { ErrorBoundary } from "./ErrorBoundary";

const panel = () => import("./EnvPanel");
const EnvPanel = lazy(panel);

/** The `/env` report, folded. Its code and its data are loaded when it is opened. */
export function Environment() {
  const [report, setReport] = useState<Promise<EnvReport>>();

  function onToggle(isOpen: boolean) {
    setReport(isOpen ? panel().then(({ fetchEnv }) => fetchEnv()) : undefined);
  }

  return (
    <details className="card" onToggle={(event) => onToggle(event.currentTarget.open)}>
      <summary>Environment</summary>
      {report && (
        <ErrorBoundary sentence="The report can't be loaded.">
          <Suspense fallback={<p className="stage">Loading…</p>}>
            <EnvPanel report={report} />
          </Suspense>
        </ErrorBoundary>
      )}
    </details>
  );
}
