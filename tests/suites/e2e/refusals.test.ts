// How the page shows the refusals of a real server. Tests copy this file into a project's e2e/.
import { expect, test } from "@playwright/test";

test("@limited the page reports too many requests, and Retry works after the wait", async ({
  page,
}) => {
  await page.goto("/");
  const ask = async () => {
    await page.getByRole("textbox", { name: "Prompt" }).fill("Once more?");
    const answer = page.waitForResponse("**/stream");
    await page.keyboard.press("Enter");
    return (await answer).status();
  };
  let status = 200;
  for (let prompts = 0; status === 200 && prompts < 20; prompts += 1) {
    status = await ask();
    if (status === 200) await page.keyboard.press("Escape");
  }
  expect(status).toBe(429);
  const alert = page.getByRole("alert");
  await expect(alert).toHaveText(/^Too many requests. Try again in \d+ seconds.$/);
  const wait = Number((await alert.textContent())?.match(/\d+/)?.[0]);
  await page.waitForTimeout((wait + 1) * 1000);
  await page.getByRole("button", { name: "Retry" }).last().click();
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  await expect(alert).toHaveCount(0);
});

test("@starting the page reports that the backend is starting, and retries", async ({ page }) => {
  const statuses: number[] = [];
  page.on("response", (response) => {
    if (response.url().endsWith("/stream")) statuses.push(response.status());
  });
  await page.goto("/");
  await page.getByRole("textbox", { name: "Prompt" }).fill("Anybody there?");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^The server is starting. Retrying in \d+ seconds?.$/)).toBeVisible({
    timeout: 20_000,
  });
  await expect.poll(() => statuses.length, { timeout: 25_000 }).toBeGreaterThanOrEqual(2);
  expect(new Set(statuses)).toEqual(new Set([503]));
  await page.keyboard.press("Escape");
  await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
});
