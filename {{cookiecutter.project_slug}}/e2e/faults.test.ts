import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page, test } from "@playwright/test";
import { ask } from "./prompt.ts";

const PYTHON = "../backend/.venv/bin/python";

async function retry(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Retry" }).click();
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
}

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Starts a backend of this test's own, which it may kill. */
async function startBackend(port: number): Promise<ChildProcess> {
  const backend = spawn(PYTHON, ["-m", "app"], {
    cwd: "../backend",
    env: { ...process.env, BACKEND_PORT: String(port) },
    stdio: "ignore",
  });
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${port}/api/health`)
          .then(({ ok }) => ok)
          .catch(() => false),
      { timeout: 20_000 },
    )
    .toBe(true);
  return backend;
}

test("a backend that is killed while it answers", async ({ page }) => {
  const port = await freePort();
  const backend = await startBackend(port);
  try {
    await page.route("**/stream", (route) =>
      route.continue({ url: `http://127.0.0.1:${port}/stream` }),
    );
    await page.goto("/");
    await ask(page);
    const answer = page.getByTestId("answer");
    const soon = { intervals: [20] }; // the answer takes little more than a second
    await expect.poll(() => answer.textContent(), soon).toContain("You wrote");
    backend.kill("SIGKILL");
    await expect(page.getByRole("alert")).toHaveText(
      "The connection was lost before the answer was complete.",
    );
    await expect(answer).toContainText("You wrote");
    await page.unroute("**/stream");
    await retry(page);
  } finally {
    backend.kill("SIGKILL");
  }
});

test("being offline", async ({ page, context }) => {
  await page.goto("/");
  await context.setOffline(true);
  await ask(page);
  await expect(page.getByRole("alert")).toHaveText("You are offline.");
  await context.setOffline(false);
  await retry(page);
});

test("too many requests", async ({ page }) => {
  await page.route("**/stream", (route) =>
    route.fulfill({ status: 429, headers: { "Retry-After": "30" } }),
  );
  await page.goto("/");
  await ask(page);
  await expect(page.getByRole("alert")).toHaveText("Too many requests. Try again in 30 seconds.");
  await page.unroute("**/stream");
  await retry(page);
});

test("a backend that is starting is asked again by itself", async ({ page }) => {
  await page.route("**/stream", (route) =>
    route.fulfill({ status: 503, headers: { "Retry-After": "1" } }),
  );
  await page.goto("/");
  await ask(page);
  await expect(page.getByRole("alert")).toHaveText(
    "The server is starting. Asking again in 1 second.",
  );
  await page.unroute("**/stream");
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
});
