import { useState } from "react";

/** The last line of the page. Opens the report for developers. */
export function Footer() {
  const [Dialog, setDialog] = useState<typeof import("./Environment").Environment>();

  async function open() {
    const { Environment } = await import("./Environment");
    setDialog(() => Environment);
  }

  return (
    <footer>
      <button type="button" className="link" onClick={open}>
        Environment
      </button>
      {Dialog && <Dialog onClose={() => setDialog(undefined)} />}
    </footer>
  );
}
