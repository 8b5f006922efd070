import { useEffect, useState } from "react";

/**
 * Loads a part of the page once it is needed. If that fails, as it does offline, it is loaded again
 * with the next component that needs it, or the next time that `needed` changes.
 *
 * @param load imports the module. It must be the same function in each render.
 * @param needed whether to load it now; a value that changes makes another attempt.
 * @returns the module, or undefined until it has loaded.
 */
export function useModule<Module>(
  load: () => Promise<Module>,
  needed: unknown,
): Module | undefined {
  const [module, setModule] = useState<Module>();

  useEffect(() => {
    if (needed) load().then(setModule, console.error);
  }, [load, needed]);

  return module;
}
