import { Component, type ReactNode, useEffect, useState } from "react";

/** Shows a sentence instead of its children if they throw. React logs the error. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <p role="alert">
        Something went wrong on this page.{" "}
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      </p>
    );
  }
}

/**
 * Asks the user to reload if a part of the page is missing on the server because a newer version
 * has been deployed: https://vite.dev/guide/build#load-error-handling.
 */
export function ReloadPrompt() {
  const [outdated, setOutdated] = useState(false);

  useEffect(() => {
    const onError = () => setOutdated(navigator.onLine); // nothing loads offline
    addEventListener("vite:preloadError", onError);
    return () => removeEventListener("vite:preloadError", onError);
  }, []);

  if (!outdated) return null;
  return (
    <p className="toast" role="alert">
      A new version of this page is out.{" "}
      <button type="button" onClick={() => location.reload()}>
        Reload
      </button>
    </p>
  );
}
