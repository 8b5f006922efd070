import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestHarness, type TestHarness, unstable_readConfig } from "wrangler";
import securityHeaders from "../../frontend/security-headers.json";
import { config } from "../../package.json";
import { PASSED_ON, REQUIRED } from "../settings";

const CONFIG = new URL("../../wrangler.toml", import.meta.url).pathname;
const wrangler = unstable_readConfig({ config: CONFIG });

interface Seen {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}
let seen: Seen[] = [];
let backend: Server;
let worker: TestHarness;
const folder = mkdtempSync(join(tmpdir(), "worker-"));

/** Writes the project's own configuration with a page that needs no build, and no containers. */
function writeConfig(): string {
  const root = new URL("../..", import.meta.url).pathname;
  const text = readFileSync(CONFIG, "utf8")
    .replace('main = "', `main = "${root}`)
    .replace(/directory = ".*"/, `directory = "${join(root, "worker/test/assets")}"`)
    .replace(/\[\[containers\]\][^[]*/, "");
  const path = join(folder, "wrangler.toml");
  writeFileSync(path, text);
  return path;
}

beforeAll(async () => {
  backend = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      seen.push({ url: request.url ?? "", headers: request.headers, body });
      response.end("from the backend");
    });
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
  await worker.listen();
});

afterAll(async () => {
  await worker.close();
  backend.close();
  rmSync(folder, { recursive: true });
});

function ask(path: string, init: Parameters<TestHarness["fetch"]>[1] = {}) {
  seen = [];
  return worker.fetch(path, init);
}

const PAGE = { headers: { Accept: "text/html,*/*;q=0.8" } };

test.each(["/env", "/api/health", "/api/any/new?endpoint=1"])(
  "%s reaches the backend",
  async (path) => {
    const response = await ask(path, PAGE);
    expect(await response.text()).toBe("from the backend");
    expect(seen.map((request) => request.url)).toEqual([path]);
    expect(response.headers.get("X-Request-ID")).toBe(seen[0]?.headers["x-request-id"]);
  },
);

test.each(["/deep/link", "/envelope", "/streams"])(
  "a browser that opens %s gets the page",
  async (path) => {
    const response = await ask(path, PAGE);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("the page");
    expect(response.headers.get("Cache-Control")).toBe("no-cache");
    for (const [name, value] of Object.entries(securityHeaders)) {
      expect(response.headers.get(name)).toBe(value);
    }
    expect(seen).toEqual([]);
  },
);

test.each(["/assets/gone.js", "/wp-login.php", "/.env"])("%s is not there", async (path) => {
  const response = await ask(path, PAGE);
  expect(response.status).toBe(404);
  expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  expect(seen).toEqual([]);
});

test("what asks for no page gets none", async () => {
  expect((await ask("/deep/link")).status).toBe(404);
  expect((await ask("/deep/link", { ...PAGE, method: "POST" })).status).toBe(404);
});

test("a client cannot forge what the Worker vouches for", async () => {
  await ask("/env", {
    headers: {
      "cf-container-target-port": "22",
      "X-Forwarded-For": "1.2.3.4",
      "X-Forwarded-Proto": "gopher",
      "X-Request-ID": "forged",
      "X-Real-IP": "1.2.3.4",
      "x-backend-overflow": "1",
      "X-Mine": "kept",
    },
  });
  const [{ headers }] = seen as [Seen];
  expect(headers["cf-container-target-port"]).toBeUndefined();
  expect(headers["x-backend-overflow"]).toBeUndefined();
  expect(headers["x-real-ip"]).toBeUndefined();
  expect(headers["x-forwarded-for"]).not.toContain("1.2.3.4");
  expect(headers["x-forwarded-proto"]).toBe("http");
  expect(headers["x-request-id"]).not.toBe("forged");
  expect(headers["x-mine"]).toBe("kept");
});

test("a body that is too large is refused before the backend sees it", async () => {
  expect(await (await ask("/api/x", { method: "POST", body: "x".repeat(1000) })).text()).toBe(
    "from the backend",
  );
  expect(seen[0]?.body.length).toBe(1000);
  const refused = await ask("/api/x", { method: "POST", body: "x".repeat(1001) });
  expect(refused.status).toBe(413);
  expect(await refused.json()).toMatchObject({ status: 413, title: "Content Too Large" });
  expect(seen).toEqual([]);
});

test("a client that sends too many prompts is told when to come back", async () => {
  const [limit] = wrangler.ratelimits ?? [];
  const most = limit?.simple.limit ?? 0;
  const statuses: number[] = [];
  for (let i = 0; i < most + 1; i += 1) {
    statuses.push((await ask("/stream", { method: "POST", body: "{}" })).status);
  }
  expect(statuses).toEqual([...Array(most).fill(200), 429]);
  const refused = await ask("/stream", { method: "POST", body: "{}" });
  expect(refused.headers.get("Retry-After")).toBe("60");
});

test("whatever fails is a problem that says when to come back, never a bare 500", async () => {
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

test("every setting of the app reaches the container, and no other", () => {
  const python = readFileSync(new URL("../../backend/app/settings.py", import.meta.url), "utf8");
  const [, fields = ""] = python.split("class Settings(BaseSettings):");
  const [declared = ""] = fields.split("\nclass ");
  const names = [...declared.matchAll(/^ {4}([a-z]\w*):/gm)].map(([, name]) => name?.toUpperCase());
  expect(PASSED_ON.toSorted()).toEqual(names.sort());
  expect(PASSED_ON).toEqual(expect.arrayContaining(REQUIRED));
});

test("the Worker can be deployed and stays small", () => {
  const root = new URL("../..", import.meta.url).pathname;
  const args = "deploy --dry-run --containers-rollout=none --assets worker/test/assets --outdir";
  execFileSync("wrangler", [...args.split(" "), folder], { cwd: root });
  expect(statSync(join(folder, "index.js")).size).toBeLessThan(15 * 1024);
}, 30_000);

test("facts that stand twice agree", () => {
  const [container] = wrangler.containers ?? [];
  expect(wrangler.vars.MAX_INSTANCES).toBe(container?.max_instances);
  expect(wrangler.assets?.run_worker_first).toEqual(config.apiPaths);
  const limit = readFileSync(new URL("../../backend/app/body_limit.py", import.meta.url), "utf8");
  expect(wrangler.vars.MAX_BODY_BYTES).toBe(1024 * 1024);
  expect(limit).toContain("\nMAX_BODY_BYTES = 1024 * 1024\n");
  const dockerfile = readFileSync(new URL("../../Dockerfile-cloudflare", import.meta.url), "utf8");
  expect(dockerfile).toContain(`\nEXPOSE ${config.backendPort}\n`);
});
