import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { expect, test } from "@playwright/test";
import securityHeaders from "../frontend/security-headers.json" with { type: "json" };
import pages from "./pages.json" with { type: "json" };
import { ask, url } from "./target.ts";

const HTML = { headers: { Accept: "text/html,application/xhtml+xml" } };

/** A setting's default, from `.env.example`. */
function defaultOf(name: string): string {
  const example = readFileSync(`${import.meta.dirname}/../.env.example`, "utf8");
  return example.match(`${name}=(.*)`)?.[1] ?? "";
}

/** Expects an RFC 9457 problem document. */
async function expectProblem(response: Response, status: number): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  const problem = await response.json();
  expect(problem).toMatchObject({ status, title: expect.any(String) });
}

/** The paths of the built files that the page requests. */
async function builtFiles(): Promise<string[]> {
  const page = await (await fetch(url, HTML)).text();
  return Array.from(page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g), ([, path]) => String(path));
}

test("POST /stream: sends events, and the last one says that the answer is complete", async () => {
  const response = await ask("How do tides work?");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
  expect(response.headers.get("x-accel-buffering")).toBe("no");
  const names = Array.from((await response.text()).matchAll(/^event: (.+)$/gm), ([, name]) => name);
  expect(names.length).toBeGreaterThanOrEqual(2);
  expect(new Set(names.slice(0, -1))).toEqual(new Set(["token"]));
  expect(names.at(-1)).toBe("done");
});

test("POST /stream: each event is sent at once", { tag: "@echo" }, async () => {
  const response = await ask("20 0.05");
  const arrivals: number[] = [];
  for await (const _ of response.body ?? new ReadableStream()) arrivals.push(performance.now());
  expect(arrivals.length).toBeGreaterThan(10);
  // If any server buffered them, they would all arrive at the same time.
  expect(Number(arrivals.at(-1)) - Number(arrivals[0])).toBeGreaterThan(500);
});

test("POST /stream: a client may disconnect", async () => {
  const controller = new AbortController();
  const response = await ask("hello", { signal: controller.signal });
  await response.body?.getReader().read();
  controller.abort();
  expect((await fetch(`${url}/api/health`)).status).toBe(200);
});

test("POST /stream: invalid input gets a problem that names the field", async () => {
  const response = await ask("");
  const { errors } = await response.clone().json();
  expect(errors).toMatchObject([{ pointer: "/messages/0/content", detail: expect.any(String) }]);
  await expectProblem(response, 422);
});

test("POST /stream: a body that is too large gets a problem", async () => {
  await expectProblem(await ask("x".repeat(Number(defaultOf("MAX_BODY_BYTES")))), 413);
});

test("GET /stream gets a problem", async () => {
  await expectProblem(await fetch(`${url}/stream`), 405);
});

for (const [reader, init] of [
  ["a program", {}],
  ["a browser that opens it", HTML],
] as const) {
  test(`GET /env reports to ${reader}`, async () => {
    const response = await fetch(`${url}/env`, init);
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(await response.json()).toMatchObject({
      layout: expect.stringMatching(/^(development|cloudflare|monolith)$/),
      python: expect.stringMatching(/^3\./),
      settings: { MODEL_API_KEY: expect.any(Boolean) },
    });
  });
}

test("GET /api/health", async () => {
  const response = await fetch(`${url}/api/health`);
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
});

test("/api/* reaches the backend, even without an endpoint", async () => {
  await expectProblem(await fetch(`${url}/api/no/such/endpoint`, HTML), 404);
});

test("an address that is neither a file nor the API is a page for browsers only", async () => {
  const page = await fetch(`${url}/some/page`, HTML);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toContain("text/html");
  await expectProblem(await fetch(`${url}/some/page`), 404);
});

test("an encoded letter in a path stands for the letter", async () => {
  expect((await fetch(`${url}/%65nv`)).headers.get("content-type")).toContain("application/json");
});

test("an upgrade to anything but a WebSocket is ignored", async () => {
  const { get } = url.startsWith("https:") ? https : http;
  const headers = { Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c", "HTTP2-Settings": "AA" };
  const [response] = await once(get(`${url}/api/health`, { headers }), "response");
  expect(response.resume().statusCode).toBe(200);
});

test("a WebSocket passes text in both directions", { tag: "@echo" }, async () => {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/echo`);
  await once(socket, "open");
  for (const text of ["there", "and back"]) {
    socket.send(text);
    const [message] = await once(socket, "message");
    expect(message.data).toBe(text);
  }
  socket.close();
});

test.describe("built files", { tag: "@production" }, () => {
  test("are immutable and compressed", async () => {
    const paths = await builtFiles();
    expect(paths.length).toBeGreaterThanOrEqual(2);
    for (const path of paths) {
      const response = await fetch(url + path, { headers: { "Accept-Encoding": "gzip" } });
      expect(response.status, path).toBe(200);
      expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(response.headers.get("content-encoding")).toBe("gzip");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  test("that are missing aren't HTML", async () => {
    for (const path of ["/assets/missing-0123abcd.js", "/assets/missing.css"]) {
      const response = await fetch(url + path, HTML);
      expect(response.status, path).toBe(404);
      expect(response.headers.get("content-type") ?? "").not.toContain("text/html");
      expect(response.headers.get("cache-control") ?? "").not.toContain("immutable");
    }
  });
});

test.describe("the app shell", { tag: "@production" }, () => {
  for (const path of ["/", "/a/deep/link", "/?query=1"]) {
    test(`${path} is revalidated and has the security headers`, async () => {
      const response = await fetch(url + path, HTML);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toContain("text/html");
      expect(response.headers.get("cache-control")).toBe("no-cache");
      for (const [name, value] of Object.entries(securityHeaders)) {
        expect(response.headers.get(name), name).toBe(value);
      }
    });
  }

  for (const { path, accept, shell } of pages) {
    test(`is ${shell ? "" : "not "}served at ${path} to a client that accepts ${accept}`, async () => {
      for (const method of ["GET", "HEAD"]) {
        const response = await fetch(url + path, { method, headers: { Accept: accept } });
        expect(response.status, method).toBe(shell ? 200 : 404);
        expect(response.headers.get("content-type")).toContain(shell ? "text/html" : "problem");
      }
    });
  }

  test("is not served to a POST", async () => {
    const response = await fetch(`${url}/a/deep/link`, { method: "POST", ...HTML });
    await expectProblem(response, 404);
  });
});
