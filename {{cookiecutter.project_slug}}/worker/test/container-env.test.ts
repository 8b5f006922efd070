import { expect, test } from "vitest";
import { containerEnvironment } from "../http/container-env";

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
