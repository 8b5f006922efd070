/** `config.limitedPaths` in package.json: the paths to which the limit per client applies. */

/** A path such as `/stream`, or a folder such as `/api/chat/*`. */
const PATH = /^(\/[\w.~-]+)+(\/\*)?$/;

/** Returns a sentence for each problem with the list. */
export function findProblems(limited: unknown, apiPaths: readonly string[]): string[] {
  const list = "config.limitedPaths in package.json";
  if (!Array.isArray(limited)) {
    return [`${list} is ${JSON.stringify(limited)}. Make it a list, such as ["/stream"].`];
  }
  return limited.flatMap((path) => {
    const shown = `${list} has ${JSON.stringify(path)}`;
    if (typeof path !== "string" || !PATH.test(path)) {
      return `${shown}. Write a path such as "/stream", or a folder such as "/api/chat/*".`;
    }
    const reached = apiPaths.some((api) =>
      api.endsWith("/*") ? path.startsWith(api.slice(0, -1)) : path === api,
    );
    return reached ? [] : `${shown}, which config.apiPaths does not cover. Add it there too.`;
  });
}
