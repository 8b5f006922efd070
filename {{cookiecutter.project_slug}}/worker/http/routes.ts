import table from "./routes.gen.json";

/** The app's routes; backend/app/server/cli.py writes them. */
export interface RouteTable {
  /** A middleware of the app answers OPTIONS at any path. */
  preflight: boolean;
  routes: { path: string; methods: string[]; websocket?: boolean }[];
}

/** The app's decision: serve a request, or reject it. 403 is for a WebSocket without an endpoint. */
export type Verdict = { status: 200 | 403 | 404 } | { status: 405; allow: string };

/** The methods that `Allow` lists, in the app's order. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/** Path parameters: https://www.starlette.io/routing/#path-parameters, and `any` for other types. */
const PARAMETERS: Record<string, string> = {
  str: "[^/]+",
  int: "[0-9]+",
  float: "[0-9]+(?:\\.[0-9]+)?",
  path: "[^\\n]*",
  uuid: "[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}",
  any: "[^]*",
};

/** Compiles a path such as `/items/{id:int}`. A line break at the end is ignored, as in Python. */
function compile(path: string): RegExp {
  const pattern = path
    .split(/(\{\w+(?::\w+)?\})/)
    .map((part, index) =>
      index % 2
        ? PARAMETERS[part.slice(1, -1).split(":")[1] ?? "str"]
        : part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"),
    );
  return new RegExp(`^${pattern.join("")}\\n?$`);
}

/**
 * Creates a function that returns the app's decision about a request, so that a request without an
 * endpoint starts no container.
 */
export function createMatcher({ preflight, routes }: RouteTable) {
  const compiled = routes.map((route) => ({ ...route, pattern: compile(route.path) }));

  return (method: string, path: string, websocket = false): Verdict => {
    const matches = compiled.filter(({ pattern }) => pattern.test(path));
    if (websocket) return { status: matches.some((route) => route.websocket) ? 200 : 403 };
    const methods = new Set(matches.flatMap((route) => route.methods));
    if (methods.has("GET")) methods.add("HEAD");
    if (methods.has("*") || methods.has(method)) return { status: 200 };
    if (preflight && method === "OPTIONS") return { status: 200 };
    if (methods.size === 0) return { status: 404 };
    return { status: 405, allow: METHODS.filter((name) => methods.has(name)).join(", ") };
  };
}

/** Returns the app's decision about a request to a decoded path. */
export const judge = createMatcher(table);

/**
 * Decodes a URL's path as the backend does: invalid UTF-8 becomes U+FFFD. The result is undefined if
 * an escape is malformed or a zero byte.
 */
export function decodePath(pathname: string): string | undefined {
  if (/%(?![0-9a-f]{2})|%00/i.test(pathname)) return undefined;
  const bytes = pathname.replace(/%../g, (encoded) =>
    String.fromCharCode(Number(`0x${encoded.slice(1)}`)),
  );
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

/** Whether a list of paths such as `/env` and folders such as `/api/*` contains a decoded path. */
export function isListed(path: string, list: readonly string[]): boolean {
  return list.some((listed) => {
    const folder = listed.replace(/\/\*$/, "");
    return path === folder || (listed !== folder && path.startsWith(`${folder}/`));
  });
}
