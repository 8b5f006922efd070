import { useEffect, useState } from "react";

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
        Reload now
      </button>
    </p>
  );
}
