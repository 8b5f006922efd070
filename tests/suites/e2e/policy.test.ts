import { expect, test } from "@playwright/test";

/** The path at which the dev server accepts the reports of browsers. */
const REPORTS = /\/@policy-violations$/;

/** Runs in the page: adds a style as some libraries do, which the deployed app blocks. */
function addStyle() {
  const style = document.createElement("style");
  style.textContent = "p { color: red }";
  document.head.append(style);
}

test.describe("the content security policy in development", { tag: "@dev" }, () => {
  test("doesn't block anything, and stays on the page", async ({ page }) => {
    const reports: unknown[] = [];
    page.on("request", (request) => {
      if (REPORTS.test(request.url())) reports.push(request.postDataJSON());
    });
    const response = await page.goto("/", { waitUntil: "networkidle" });
    expect(response?.headers()).not.toHaveProperty("content-security-policy");
    await page.getByRole("textbox", { name: "Prompt" }).fill("Hello");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Done", { exact: true })).toBeVisible();
    expect(reports).toEqual([]);
  });

  test("reports what it will block in the deployed app", async ({ page }) => {
    await page.goto("/");
    const report = page.waitForRequest(REPORTS);
    await page.evaluate(addStyle);
    expect(JSON.stringify((await report).postDataJSON())).toContain("style-src-elem");
  });
});
