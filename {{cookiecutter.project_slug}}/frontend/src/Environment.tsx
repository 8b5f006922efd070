import { Suspense, use, useState } from "react";
import type { EnvReport } from "./api.gen";
import { ErrorBoundary } from "./ErrorBoundary";
import { Icon } from "./Icon";

/** A folded card that shows the backend's report on its environment. Loads it when opened. */
export function Environment() {
  const [report, setReport] = useState<Promise<EnvReport>>();

  return (
    <details
      className="card"
      onToggle={(event) => setReport(event.currentTarget.open ? loadReport() : undefined)}
    >
      <summary>
        Environment <Icon name="chevron" />
      </summary>
      {report && (
        <ErrorBoundary sentence="The report can't be loaded.">
          <Suspense fallback={<p>Loading…</p>}>
            <Report report={report} />
          </Suspense>
        </ErrorBoundary>
      )}
    </details>
  );
}

async function loadReport(): Promise<EnvReport> {
  const { api } = await import("./api"); // the first page does without it
  const { data, response } = await api.GET("/env");
  if (!data) throw new Error(`GET /env responded with ${response.status}.`);
  return data;
}

function Report({ report }: { report: Promise<EnvReport> }) {
  const { settings, ...facts } = use(report);
  return (
    <dl className="facts">
      {Object.entries(facts).map(([name, value]) => (
        <Fact key={name} name={name} value={value ?? "none"} />
      ))}
      {Object.entries(settings).map(([name, isSet]) => (
        <Fact key={name} name={name} value={isSet ? "set" : "not set"} />
      ))}
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
