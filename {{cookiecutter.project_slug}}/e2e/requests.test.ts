// Requests that fetch can't send, or that must get the same response from every server.
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import { expect, test } from "@playwright/test";
import { url } from "./target.ts";

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Sends a request unchanged; a body waits for `100 Continue` if the headers expect it. */
async function send(method: string, path: string, { headers = {}, body = "" }: Sent = {}) {
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  const sent = request(url + path, { method, headers, agent: false });
  const received = new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
    sent.once("response", resolve).once("error", reject);
  });
  if ("Expect" in headers) sent.once("continue", () => sent.end(body)).flushHeaders();
  else sent.end(body);
  const response = await received;
  return {
    status: Number(response.statusCode),
    type: response.headers["content-type"] ?? "",
    headers: response.headers,
    text: await text(response),
  };
}

/** Expects a problem document, and no redirect. */
async function expectProblem(sent: ReturnType<typeof send>, status: number): Promise<void> {
  const response = await sent;
  expect(response.status).toBe(status);
  expect(response.type).toContain("application/problem+json");
  expect(response.headers).not.toHaveProperty("location");
  expect(JSON.parse(response.text)).toMatchObject({ status, title: expect.any(String) });
}

const CONVERSATION = JSON.stringify({
  messages: [{ role: "user", content: "Why is the sky blue?" }],
});

test("a client that expects 100 Continue gets its response", async () => {
  const headers = {
    Expect: "100-continue",
    "Content-Type": "application/json",
    "Content-Length": String(CONVERSATION.length),
  };
  const response = await send("POST", "/stream", { headers, body: CONVERSATION });
  expect(response.status).toBe(200);
  expect(response.text).toContain("event: done");
});

for (const method of ["GET", "DELETE"]) {
  test(`${method} with a body is like ${method} without`, async () => {
    const headers = { "Content-Length": "3" };
    const response = await send(method, "/env", { headers, body: "abc" });
    expect(response.status).toBe((await send(method, "/env")).status);
  });
}

for (const [name, headers] of Object.entries({
  "a cookie of 12 kB": { Cookie: `session=${"a".repeat(12_000)}` },
  "a header of 15 kB": { "X-Large": "a".repeat(15_000) },
  "15 headers of 1 kB": Object.fromEntries(
    Array.from({ length: 15 }, (_, index) => [`X-Part-${index}`, "a".repeat(985)]),
  ),
})) {
  test(`${name} is served`, async () => {
    for (const path of ["/", "/env", "/api/health"]) {
      const response = await send("GET", path, { headers: { Accept: "text/html", ...headers } });
      expect(response.status, path).toBe(200);
    }
  });
}

for (const path of ["/", "/env", "/api/health"]) {
  test(`HEAD ${path} is GET without the body`, async () => {
    const accept = { headers: { Accept: "text/html" } };
    const [head, get] = [await send("HEAD", path, accept), await send("GET", path, accept)];
    expect(head).toMatchObject({ status: 200, type: get.type, text: "" });
  });
}

test("a method that a path doesn't have gets a problem", async () => {
  for (const method of ["DELETE", "OPTIONS", "PROPFIND", "TRACE"]) {
    await expectProblem(send(method, "/env"), 405);
  }
});

test("a path without an endpoint gets a problem, never a redirect", async () => {
  const accept = { headers: { Accept: "text/html" } };
  for (const path of ["/api", "/api/", "/api/none", "/api/health/"]) {
    await expectProblem(send("GET", path, accept), 404);
  }
});

test("a malformed path gets a problem", { tag: "@production" }, async () => {
  await expectProblem(send("GET", "/api/%00"), 400);
  await expectProblem(send("GET", "/api/%zz"), 400);
  await expectProblem(send("GET", "//api/health"), 404);
});

test("a folder of files never causes a redirect", { tag: "@production" }, async () => {
  await expectProblem(send("GET", "/assets"), 404);
  await expectProblem(send("GET", "/assets/", { headers: { Accept: "text/html" } }), 404);
});
