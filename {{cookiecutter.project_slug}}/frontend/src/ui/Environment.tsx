import { type ReactNode, useRef, useState } from "react";
import type { EnvReport } from "../api/types.gen";
import { Icon } from "./Icon";

/** The last line of the page. Opens the backend's report on its environment, for developers. */
export function Environment() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [content, setContent] = useState<ReactNode>();

  async function open() {
    dialog.current?.showModal();
    setContent(<p>Loading…</p>);
    try {
      const report = await loadReport();
      setContent(<Report {...report} />);
    } catch (error) {
      console.error(error);
      setContent(<p role="alert">The report can't be loaded.</p>);
    }
  }

  return (
    <footer>
      <button type="button" className="ghost" onClick={open}>
        Environment
      </button>
      <dialog ref={dialog} className="card" aria-labelledby="environment" closedby="any">
        <form method="dialog" className="row">
          <h2 id="environment">Environment</h2>
          <button type="submit" className="round" aria-label="Close">
            <Icon path="M6 6l12 12M18 6L6 18" />
          </button>
        </form>
        {content}
      </dialog>
    </footer>
  );
}

async function loadReport(): Promise<EnvReport> {
  const { api } = await import("../api/client"); // not in the first page's code
  const { data, response } = await api.GET("/env");
  if (!data) throw new Error(`GET /env responded with ${response.status}.`);
  return data;
}

function Report({ settings, ...facts }: EnvReport) {
  const isSet = Object.entries(settings).map(([name, set]) => [name, set ? "Set" : "Default"]);
  return (
    <>
      <Facts facts={facts} />
      <h3>Settings</h3>
      <Facts facts={Object.fromEntries(isSet)} />
    </>
  );
}

function Facts({ facts }: { facts: Record<string, string | null> }) {
  return (
    <dl>
      {Object.entries(facts).map(([name, value]) => (
        <div key={name}>
          <dt>{name.replace(/^./, (letter) => letter.toUpperCase())}</dt>
          <dd>{value ?? "None"}</dd>
        </div>
      ))}
    </dl>
  );
}
