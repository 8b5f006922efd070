import { expect, test } from "vitest";
import { config } from "../../package.json";
import { containerEnvironment } from "../http/container-env";
import { forwardedHeaders, readBody } from "../http/forwarding";
import { createMatcher, decodePath, judge } from "../http/routes";
import table from "../http/routes.gen.json";

test("each variable and secret reaches the container", () => {
  const environment = containerEnvironment(
    {
      MODEL_API_KEY: "sk-$9 #1'\"",
      A_NEW_SETTING: "1",
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://otel.example",
      MAX_BODY_BYTES: 1000,
      FEATURE: true,
      EMPTY: "",
    },
    1234,
  );
  expect(environment).toMatchObject({
    MODEL_API_KEY: "sk-$9 #1'\"",
    A_NEW_SETTING: "1",
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://otel.example",
    MAX_BODY_BYTES: "1000",
    FEATURE: "true",
    EMPTY: "",
  });
});

test("neither bindings nor credentials of Cloudflare's tools reach the container", () => {
  const environment = containerEnvironment(
    { ASSETS: {}, BACKEND: {}, CLOUDFLARE_API_TOKEN: "secret", WRANGLER_LOG: "debug" },
    1234,
  );
  expect(Object.keys(environment).sort()).toEqual([
    "BACKEND_HOST",
    "BACKEND_PORT",
    "FORWARDED_ALLOW_IPS",
    "LAYOUT",
    "LOG_FORMAT",
  ]);
});

test("variables can't change how the backend listens", () => {
  const environment = containerEnvironment({ BACKEND_PORT: "1", LAYOUT: "development" }, 1234);
  expect(environment).toMatchObject({ BACKEND_PORT: "1234", LAYOUT: "cloudflare" });
});

const url = new URL("https://app.example/api/x");

test.each(["Expect", "Keep-Alive", "TE", "X-Named"])("%s isn't forwarded", (name) => {
  const headers = { [name]: "100-continue", Connection: "x-named, upgrade", Upgrade: "websocket" };
  const forwarded = forwardedHeaders(new Request(url, { headers }), url, "id");
  expect(forwarded.has(name)).toBe(false);
  expect(forwarded.get("Upgrade")).toBe("websocket");
});

test("an incomplete body is the client's error", async () => {
  const body = new ReadableStream({
    pull: (controller) => controller.error(new Error("the client left")),
  });
  const request = new Request(url, { method: "POST", body, duplex: "half" } as RequestInit);
  const response = await readBody(request, 1000);
  expect(response).toMatchObject({ status: 400 });
});

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

test("path parameters match by their type, and unknown types match anything", () => {
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
