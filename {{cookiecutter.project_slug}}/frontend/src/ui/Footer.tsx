import { useState } from "react";

/** The last line of the page. Opens the report for developers. */
export function Footer() {
  const [Dialog, setDialog] = useState<typeof import("./Environment").Environment>();
  const [failed, setFailed] = useState(false);

  async function open() {
    try {
      const { Environment } = await import("./Environment");
      setDialog(() => Environment);
      setFailed(false);
    } catch (error) {
      console.error(error);
      setFailed(true);
    }
  }

  return (
    <footer>
      <button type="button" className="link" onClick={open}>
        Environment
      </button>
      {failed && <p role="alert">The report can't be loaded.</p>}
      {Dialog && <Dialog onClose={() => setDialog(undefined)} />}
    </footer>
  );
}
