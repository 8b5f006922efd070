import { startTransition, useEffect, useState } from "react";

/**
 * Loads a part of the page once it is needed; `load` must be the same function in each render. If
 * that fails, as it does offline, it is loaded again with the next component that needs it, or the
 * next time that `needed` changes.
 */
export function useModule<Module>(load: () => Promise<Module>, needed: unknown) {
  const [module, setModule] = useState<Module>();

  useEffect(() => {
    if (!needed) return;
    load().then((loaded) => startTransition(() => setModule(loaded)), console.error);
  }, [load, needed]);

  return module;
}
