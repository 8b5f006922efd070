import { expect, test } from "vitest";
import { config } from "../../package.json";
import { decodePath } from "../http/paths";
import { createMatcher, judge } from "../http/routes";
import table from "../http/routes.gen.json";

test("every route is below a path that reaches the app: config.apiPaths in package.json", () => {
  const reached = config.apiPaths.map((path) => path.replace("*", ""));
  for (const { path } of table.routes) {
    expect(
      reached.some((start) => path.startsWith(start)),
      path,
    ).toBe(true);
  }
});

test("a request that no endpoint handles is refused", () => {
  expect(judge("GET", "/api/health")).toEqual({ status: 200 });
  expect(judge("HEAD", "/api/health")).toEqual({ status: 200 });
  expect(judge("PUT", "/api/health")).toEqual({ status: 405, allow: "GET, HEAD" });
  expect(judge("GET", "/api/unknown")).toEqual({ status: 404 });
  expect(judge("GET", "/api/health", true)).toEqual({ status: 403 });
});

test("the types of path parameters are known, and other types match anything", () => {
  const judgeItems = createMatcher({
    preflight: true,
    routes: [
      { path: "/api/items/{id:int}", methods: ["GET"] },
      { path: "/api/on/{day:any}", methods: ["GET"] },
    ],
  });
  expect(judgeItems("GET", "/api/items/7").status).toBe(200);
  expect(judgeItems("GET", "/api/items/seven").status).toBe(404);
  expect(judgeItems("GET", "/api/on/2026-11-25").status).toBe(200);
  expect(judgeItems("OPTIONS", "/anything").status).toBe(200); // CORS preflight
});

test.each([
  ["/api/%zz", undefined],
  ["/api/%", undefined],
  ["/api/%00", undefined],
  ["/api/%C3%BC%2f%ff", "/api/ü/\ufffd"],
])("%s is decoded as the backend decodes it", (pathname, decoded) => {
  expect(decodePath(pathname)).toBe(decoded);
});
