import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestHarness, type TestHarness, unstable_readConfig } from "wrangler";
import pages from "../../e2e/pages.json";
import securityHeaders from "../../frontend/security-headers.json";
import { config } from "../../package.json";
import { isListed } from "../http/routes";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CONFIG = join(ROOT, "wrangler.toml");
const wrangler = unstable_readConfig({ config: CONFIG });

interface Received extends Pick<IncomingMessage, "method" | "url" | "headers"> {
  body: string;
}
let received: Received[] = [];
let backend: Server;
let worker: TestHarness;
let address: URL;
const folder = mkdtempSync(join(tmpdir(), "worker-"));
const assets = join(folder, "assets");
mkdirSync(assets);
writeFileSync(join(assets, "index.html"), "<!doctype html><title>the page</title>");

/** Writes the project's configuration without a build, containers, and AI, which needs an account. */
function writeConfig(): string {
  const toml = readFileSync(CONFIG, "utf8")
    .replace('main = "', () => `main = "${ROOT}`)
    .replace(/directory = ".*"/, () => `directory = "${assets}"`)
    .replace(/^\[+(previews\.)?(containers|ai)\]+\n[^[]*/gm, "");
  const path = join(folder, "wrangler.toml");
  writeFileSync(path, toml);
  return path;
}

beforeAll(async () => {
  backend = createServer(async (message, response) => {
    const { method, url, headers } = message;
    received.push({ method, url, headers, body: await text(message) });
    response.setHeader("X-Accel-Buffering", "no");
    response.statusCode = Number(url?.match(/^\/api\/status\/(\d+)$/)?.[1] ?? 200);
    response.end("from the backend");
  });
  await new Promise<void>((listening) => backend.listen(0, "127.0.0.1", listening));
  const { port } = backend.address() as AddressInfo;
  worker = createTestHarness({
    workers: [
      {
        configPath: writeConfig(),
        vars: { BACKEND_ORIGIN: `http://127.0.0.1:${port}`, MAX_BODY_BYTES: 1000 },
      },
    ],
  });
  address = (await worker.listen()).url;
});

afterAll(async () => {
  await worker.close();
  backend.close();
  rmSync(folder, { recursive: true });
});

function fetchWorker(path: string, init: Parameters<TestHarness["fetch"]>[1] = {}) {
  received = [];
  return worker.fetch(path, init);
}

/** Sends a request that `fetch` can't send, such as a GET with a body. */
async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = "",
): Promise<{ status: number | undefined; body: string }> {
  received = [];
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, address), { method, headers, agent: false });
    sent.on("error", reject);
    sent.on("response", async (response) =>
      resolve({ status: response.statusCode, body: await text(response) }),
    );
    sent.end(body);
  });
}

test.each([204, 205, 304])("a response with status %i has no body", async (status) => {
  const response = await fetchWorker(`/api/status/${status}`);
  expect(response.status).toBe(status);
  expect(await response.text()).toBe("");
  expect((await fetchWorker("/env")).status).toBe(200); // on the same connection
});

test("an encoded path reaches the backend like the plain one", async () => {
  expect(await (await fetchWorker("/%65nv")).text()).toBe("from the backend");
  expect(received.map(({ url }) => url)).toEqual(["/%65nv"]);
});

test("an upgrade that no server here offers is ignored", async () => {
  const headers = { Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c", "HTTP2-Settings": "" };
  expect(await send("GET", "/env", headers)).toMatchObject({ status: 200 });
  expect(received[0]?.headers).not.toHaveProperty("upgrade");
});

test("a service can be reached only with the secret prefix", async () => {
  for (const path of ["/d1.internal/", "/undefined/d1.internal/"]) {
    expect((await fetchWorker(path, { method: "POST" })).status, path).toBe(404);
  }
});

const PAGE = { headers: { Accept: "text/html,*/*;q=0.8" } };

test.each(["/env", "/api/health", "/api/any/new?endpoint=1"])(
  "%s reaches the backend",
  async (path) => {
    const response = await fetchWorker(path, PAGE);
    expect(await response.text()).toBe("from the backend");
    expect(received.map(({ url }) => url)).toEqual([path]);
    expect(response.headers.get("X-Request-ID")).toBe(received[0]?.headers["x-request-id"]);
    expect(response.headers.get("X-Accel-Buffering")).toBe("no");
  },
);

test.each(pages.filter(({ shell }) => shell))(
  "$path is the app shell for $accept",
  async ({ path, accept }) => {
    for (const method of ["GET", "HEAD"]) {
      const response = await fetchWorker(path, { method, headers: { Accept: accept } });
      expect(response.status).toBe(200);
      expect(response.headers.get("Content-Type")).toContain("text/html");
      if (method === "GET") expect(await response.text()).toContain("the page");
    }
    expect(received).toEqual([]);
  },
);

test("the app shell of a deep link is revalidated and has the security headers", async () => {
  const response = await fetchWorker("/deep/link", PAGE);
  expect(response.headers.get("Cache-Control")).toBe("no-cache");
  for (const [name, value] of Object.entries(securityHeaders)) {
    expect(response.headers.get(name)).toBe(value);
  }
});

test.each(pages.filter(({ shell, path }) => !shell && path !== "/api"))(
  "$path is not the app shell for $accept",
  async ({ path, accept }) => {
    const response = await fetchWorker(path, { headers: { Accept: accept } });
    expect(response.status).toBe(404);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(received).toEqual([]);
  },
);

test("only GET and HEAD get the app shell", async () => {
  expect((await fetchWorker("/deep/link", { ...PAGE, method: "POST" })).status).toBe(404);
});

test("a client can't forge the headers that the Worker sets", async () => {
  await fetchWorker("/env", {
    headers: {
      "cf-container-target-port": "22",
      "X-Forwarded-For": "1.2.3.4",
      "X-Forwarded-Proto": "gopher",
      "X-Request-ID": "forged",
      "X-Real-IP": "1.2.3.4",
      "x-backend-load": "1",
      "X-Mine": "kept",
    },
  });
  const [{ headers }] = received as [Received];
  expect(headers["cf-container-target-port"]).toBeUndefined();
  expect(headers["x-backend-load"]).toBeUndefined();
  expect(headers["x-real-ip"]).toBeUndefined();
  expect(headers["x-forwarded-for"]).not.toContain("1.2.3.4");
  expect(headers["x-forwarded-proto"]).toBe("http");
  expect(headers["x-request-id"]).not.toBe("forged");
  expect(headers["x-mine"]).toBe("kept");
});

const LENGTH = { "Content-Length": "3" };

test.each([
  ["GET", LENGTH, ""],
  ["HEAD", LENGTH, ""],
  ["GET", { "Transfer-Encoding": "chunked" }, ""],
  ["DELETE", LENGTH, "abc"],
  ["OPTIONS", LENGTH, "abc"],
  ["PROPFIND", LENGTH, "abc"],
  ["POST", { ...LENGTH, Expect: "100-continue" }, "abc"],
])("%s with a body and %o is served", async (method, headers, arrives) => {
  const response = await send(method, "/api/x", headers, "abc");
  expect(response.status).toBe(200);
  expect(received).toMatchObject([{ method, body: arrives }]);
});

test("headers of 12 kB arrive", async () => {
  const Cookie = "c".repeat(12_000);
  expect((await send("GET", "/env", { Cookie })).status).toBe(200);
  expect(received).toMatchObject([{ headers: { cookie: Cookie } }]);
});

test("a body that is too large is rejected before the backend sees it", async () => {
  const accepted = await fetchWorker("/api/x", { method: "POST", body: "x".repeat(1000) });
  expect(await accepted.text()).toBe("from the backend");
  expect(received[0]?.body.length).toBe(1000);
  const refused = await fetchWorker("/api/x", { method: "POST", body: "x".repeat(1001) });
  expect(refused.status).toBe(413);
  expect(await refused.json()).toMatchObject({ status: 413, title: "Content Too Large" });
  expect(received).toEqual([]);
});

test("a client that sends too many requests to limited paths gets 429 with Retry-After", async () => {
  const [limit] = wrangler.ratelimits ?? [];
  const paths = config.limitedPaths.map((path) => path.replace("*", "x"));
  const most = limit?.simple.limit ?? 0;
  let refused: Awaited<ReturnType<typeof fetchWorker>> | undefined;
  let served = 0;
  // A new period may start in the meantime, so send twice as many requests.
  while (!refused && served <= 2 * most) {
    const path = paths[served % paths.length] ?? "";
    const response = await fetchWorker(path, { method: "POST", body: "{}" });
    if (response.status === 200) served += 1;
    else refused = response;
  }
  expect(refused?.status).toBe(429);
  expect(served).toBeGreaterThanOrEqual(most);
  expect(refused?.headers.get("Retry-After")).toBe("60");
  for (const path of paths) {
    expect((await fetchWorker(`${path}%0A`, { method: "PUT" })).status, path).not.toBe(200);
    expect((await fetchWorker(path, { method: "OPTIONS" })).status, path).toBe(200);
  }
  expect((await fetchWorker("/api/none", { method: "POST" })).status).toBe(200);
});

test.each([
  ["/env", true],
  ["/env/", false],
  ["/environment", false],
  ["/api", true],
  ["/api/", true],
  ["/api/a/b", true],
  ["/apis", false],
  ["/", false],
])("%s is listed: %j", (path, listed) => {
  expect(isListed(path, ["/env", "/api/*"])).toBe(listed);
  expect(isListed(path, [])).toBe(false);
});

test("a failure gets a problem with Retry-After, not a bare 500", async () => {
  const broken = createTestHarness({
    workers: [{ configPath: writeConfig(), vars: { BACKEND_ORIGIN: "no address" } }],
  });
  await broken.listen();
  const response = await broken.fetch("/env");
  await broken.close();
  expect(response.status).toBe(503);
  expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  expect(response.headers.get("Retry-After")).toBe("2");
  expect(response.headers.get("X-Request-ID")).toBeTruthy();
});

test("the Worker can be deployed and stays small", () => {
  const options = ["--containers-rollout=none", "--assets", assets, "--outdir", folder];
  execFileSync("wrangler", ["deploy", "--dry-run", ...options], { cwd: ROOT });
  expect(statSync(join(folder, "index.js")).size).toBeLessThan(18 * 1024);
});

test("a preview has the same bindings as the app", () => {
  const { containers, durable_objects, ratelimits, vars } = wrangler.previews ?? {};
  const [container] = wrangler.containers ?? [];
  const { class_name, image } = container ?? {};
  expect(containers).toMatchObject([{ class_name, image, max_instances: vars?.MAX_INSTANCES }]);
  expect(durable_objects).toEqual(wrangler.durable_objects);
  expect(ratelimits).toMatchObject([{ name: wrangler.ratelimits?.[0]?.name }]);
  expect(Object.keys(vars ?? {}).sort()).toEqual(Object.keys(wrangler.vars).sort());
});
