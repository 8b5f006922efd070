import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { config } from "../../package.json";
import { decodePath } from "../http/paths";
import { createMatcher, type RouteTable } from "../http/routes";
import committed from "../http/routes.gen.json";

interface Examined {
  name: string;
  table: RouteTable;
  requests: {
    path: string;
    method: string;
    websocket: boolean;
    status: number;
    allow?: string | null;
    body?: { status: number; title: string; detail: string } | null;
  }[];
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const examined: Examined[] = JSON.parse(
  execFileSync("bun", ["scripts/python.ts", "../worker/test/routing.py"], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, LAYOUT: "cloudflare" },
    maxBuffer: 2 ** 26,
  }),
);

test("the committed table is current; if not: bun run types:api", () => {
  expect(committed).toEqual(examined[0]?.table);
});

test("every route lies below a path that reaches the app: config.apiPaths in package.json", () => {
  const reached = config.apiPaths.map((path) => path.replace("*", ""));
  for (const { path } of committed.routes) {
    expect(
      reached.some((start) => path.startsWith(start)),
      path,
    ).toBe(true);
  }
});

test.each(examined)("the Worker agrees with the routing of $name", ({ table, requests }) => {
  const judge = createMatcher(table);
  const statuses: Record<number, number> = {};
  for (const { path, method, websocket, status, allow } of requests) {
    expect(new URL(path, "http://app.example").pathname).toBe(path);
    const decoded = decodePath(path);
    const verdict = decoded === undefined ? { status: 400 } : judge(method, decoded, websocket);
    const expected = status === 405 ? { status, allow } : { status };
    expect(verdict, `${method} ${path} ${websocket}`).toEqual(expected);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  for (const status of [200, 403, 404, 405]) expect(statuses[status]).toBeGreaterThan(20);
});

test("the problems of the app are worded as the Worker's", () => {
  for (const { requests } of examined) {
    for (const { status, body } of requests) {
      if (status === 404) expect(body ?? NOT_FOUND).toEqual(NOT_FOUND);
      if (status === 405) expect(body ?? NOT_ALLOWED).toEqual(NOT_ALLOWED);
    }
  }
});

const NOT_FOUND = { status: 404, title: "Not Found", detail: "Not Found" };
const NOT_ALLOWED = { status: 405, title: "Method Not Allowed", detail: "Method Not Allowed" };

test("a middleware that answers OPTIONS, and types of parameters of the app's own", () => {
  const judge = createMatcher({
    preflight: true,
    routes: [{ path: "/api/on/{day:any}", methods: ["GET"] }],
  });
  expect(judge("OPTIONS", "/anything")).toEqual({ status: 200 });
  expect(judge("GET", "/anything")).toEqual({ status: 404 });
  expect(judge("GET", "/api/on/2026-11-25")).toEqual({ status: 200 });
});

test.each([
  ["/api/%zz", undefined],
  ["/api/%", undefined],
  ["/api/%00", undefined],
  ["/api/%C3%BC%2f%ff", "/api/ü/\ufffd"],
])("%s is decoded as the backend does", (pathname, decoded) => {
  expect(decodePath(pathname)).toBe(decoded);
});
