import { use } from "react";
import type { EnvReport } from "./api.gen";

/**
 * Asks the backend where and how it runs.
 *
 * @throws Error where it does not answer with a report.
 */
export async function fetchEnv(): Promise<EnvReport> {
  const response = await fetch("/env");
  if (!response.ok) throw new Error(`GET /env answered ${response.status}.`);
  return response.json();
}

/** The backend's report on itself, as a table. Suspends until it has arrived. */
export default function EnvPanel({ report }: { report: Promise<EnvReport> }) {
  const { settings, ...facts } = use(report);
  return (
    <dl className="facts">
      {Object.entries(facts).map(([name, value]) => (
        <Fact key={name} name={name} value={value ?? "not known"} />
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
