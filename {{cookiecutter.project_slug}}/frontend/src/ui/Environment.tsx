import { useEffect, useRef, useState } from "react";
import { api } from "../api/client";
import type { EnvReport } from "../api/types.gen";
import { Icon } from "./Icon";

/** A dialog with the backend's report on its environment. */
export function Environment({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [report, setReport] = useState<EnvReport>();
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    dialog.current?.showModal();
    loadReport().then(setReport, (error) => {
      console.error(error);
      setFailed(true);
    });
  }, []);

  return (
    <dialog ref={dialog} aria-labelledby="environment" closedby="any" onClose={onClose}>
      <form method="dialog">
        <h2 id="environment">Environment</h2>
        <button type="submit" className="round" aria-label="Close">
          <Icon path="M6 6l12 12M18 6L6 18" />
        </button>
      </form>
      {failed && <p role="alert">The report can't be loaded.</p>}
      {report && <Report {...report} />}
      {!failed && !report && <p>Loading…</p>}
    </dialog>
  );
}

async function loadReport(): Promise<EnvReport> {
  const { data, response } = await api.GET("/env");
  if (!data) throw new Error(`GET /env responded with ${response.status}.`);
  return data;
}

function Report({ settings, ...facts }: EnvReport) {
  return (
    <>
      <dl className="facts">
        {Object.entries(facts).map(([name, value]) => (
          <Fact
            key={name}
            name={name.replace(/^./, (a) => a.toUpperCase())}
            value={value ?? "None"}
          />
        ))}
      </dl>
      <h3>Settings</h3>
      <dl className="facts">
        {Object.entries(settings).map(([name, isSet]) => (
          <Fact key={name} name={name} value={isSet ? "Set" : "Default"} />
        ))}
      </dl>
    </>
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
