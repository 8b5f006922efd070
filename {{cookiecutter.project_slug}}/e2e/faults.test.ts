import { type ChildProcess, spawn } from "node:child_process";
import { expect, type Page, test } from "@playwright/test";
import { alerts, ask } from "./page.ts";
import { freePort } from "./target.ts";

async function retry(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Retry", exact: true }).last().click();
  await expect(page.getByText("Done", { exact: true })).toBeVisible({ timeout: 15_000 });
  await expect(alerts(page)).toHaveCount(0);
}

/** Starts a backend that a test may kill. */
async function startBackend(port: number): Promise<ChildProcess> {
  const backend = spawn("bun", ["scripts/python.ts", "-m", "tests.serve"], {
    cwd: "..",
    env: { ...process.env, BACKEND_HOST: "127.0.0.1", BACKEND_PORT: String(port) },
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

test("a backend that is killed while it streams", async ({ page }) => {
  const port = await freePort();
  const backend = await startBackend(port);
  try {
    await page.route("**/stream", (route) =>
      route.continue({ url: `http://127.0.0.1:${port}/stream` }),
    );
    await page.goto("/");
    await ask(page, "100 0.05");
    const answer = page.getByTestId("answer");
    await expect(answer).toContainText("3 ");
    backend.kill("SIGKILL");
    await expect(alerts(page)).toHaveText(
      "The connection was lost before the answer was complete.",
    );
    await expect(answer).toContainText("3 ");
    await page.unroute("**/stream");
    await retry(page);
  } finally {
    backend.kill("SIGKILL");
  }
});

test("a browser that is offline", async ({ page, context }) => {
  await page.goto("/");
  await context.setOffline(true);
  await ask(page);
  await expect(alerts(page)).toHaveText("You are offline.");
  await context.setOffline(false);
  // The code that asks couldn't be loaded either, so the prompt is back in its field.
  await page.keyboard.press("Enter");
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  await context.setOffline(true);
  await ask(page);
  await expect(alerts(page)).toHaveText("You are offline.");
  await context.setOffline(false);
  await retry(page);
});

test("an answer that could not be formatted", async ({ page }) => {
  const chunk = /\/Markdown[.-][^/]*$/;
  await page.goto("/");
  await page.route(chunk, (route) => route.abort());
  await ask(page);
  const done = page.getByText("Done", { exact: true });
  await expect(done).toBeVisible();
  await expect(page.locator(".plain")).toBeVisible();
  await page.unroute(chunk);
  await ask(page);
  await expect(page.locator(".markdown")).toHaveCount(2);
});

test("too many requests", async ({ page }) => {
  await page.route("**/stream", (route) =>
    route.fulfill({ status: 429, headers: { "Retry-After": "30" } }),
  );
  await page.goto("/");
  await ask(page);
  await expect(alerts(page)).toHaveText("Too many requests. Try again in 30 seconds.");
  await page.unroute("**/stream");
  await retry(page);
});

test("a request to a starting backend is retried", async ({ page }) => {
  await page.route("**/stream", (route) =>
    route.fulfill({ status: 503, headers: { "Retry-After": "1" } }),
  );
  await page.goto("/");
  await ask(page);
  await expect(page.getByText("The server is starting. Retrying in 1 second.")).toBeVisible();
  await page.unroute("**/stream");
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
});
