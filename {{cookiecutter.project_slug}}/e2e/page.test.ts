import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { ask } from "./prompt.ts";
import { production } from "./target.ts";

/** Gathers what the page complains about: errors, and violations of the security policy. */
async function watch(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return complaints;
}

/** Keeps every text that the answer has had on the page, however late the test looks. */
function recordAnswer(page: Page) {
  return page.evaluateHandle(() => {
    const texts: string[] = [];
    new MutationObserver(() => {
      const text = document.querySelector("[data-testid=answer]")?.textContent ?? "";
      if (text && text !== texts.at(-1)) texts.push(text);
    }).observe(document.body, { characterData: true, childList: true, subtree: true });
    return texts;
  });
}

test("an answer arrives word by word, and can be copied", async ({ page }) => {
  const complaints = await watch(page);
  await page.goto("/");
  const recorded = await recordAnswer(page);
  await ask(page);
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  const texts = await recorded.jsonValue();
  const whole = texts.at(-1) ?? "";
  expect(texts.length).toBeGreaterThan(4);
  expect(texts.filter((text) => !whole.startsWith(text))).toEqual([]);

  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(whole);
  expect(complaints).toEqual([]);
});

/** Presses Escape as soon as the answer begins, in the page itself: from here it could be too late. */
function pressEscapeInTime(page: Page) {
  return page.evaluate(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector("[data-testid=answer]")?.textContent) return;
      observer.disconnect();
      dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    }).observe(document.body, { characterData: true, childList: true, subtree: true });
  });
}

test("Escape cancels and keeps what has arrived, Retry asks again", async ({ page }) => {
  await page.goto("/");
  await pressEscapeInTime(page);
  await ask(page);
  await expect(page.getByText("Cancelled", { exact: true })).toBeVisible();
  const answer = page.getByTestId("answer");
  const kept = (await answer.textContent()) ?? "";
  expect(kept).not.toBe("");
  await page.getByRole("button", { name: "Retry" }).click();
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  const whole = (await answer.textContent()) ?? "";
  expect(whole.startsWith(kept)).toBe(true);
  expect(whole.length).toBeGreaterThan(kept.length);
});

test("the environment is shown when it is opened", async ({ page }) => {
  const complaints = await watch(page);
  await page.goto("/");
  await page.getByText("Environment").click();
  await expect(page.getByText("MODEL_API_KEY")).toBeVisible();
  expect(complaints).toEqual([]);
});

test("a prompt that is too long is said at the field", async ({ page }) => {
  await page.goto("/");
  await ask(page, "x".repeat(10_001));
  await expect(page.getByRole("alert")).toContainText("at most 10000 characters");
  await expect(page.getByRole("textbox", { name: "Prompt" })).toHaveAccessibleDescription(
    /at most 10000/,
  );
});

test("a chosen theme is kept, and is there before the page is", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/");
  await page.getByRole("button", { name: "Use the dark theme" }).click();
  await page.route("**/*.{js,tsx}", (route) =>
    route.request().url().endsWith("/theme.js") ? route.continue() : route.abort(),
  );
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [320, 1440]) {
    test(`axe finds nothing: ${colorScheme}, ${width} px`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      await page.goto("/");
      await page.getByText("Environment").click();
      await ask(page);
      await expect(page.getByText("Done", { exact: true })).toBeVisible();
      await expect(page.getByText("MODEL_API_KEY")).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations).toEqual([]);
      const overflow = () => document.documentElement.scrollWidth - innerWidth;
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    });
  }
}

test.describe("a deployed page", { tag: "@production" }, () => {
  test("needs at most 5 requests", async ({ page }) => {
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.goto("/", { waitUntil: "networkidle" });
    expect(requests.length, requests.join("\n")).toBeLessThanOrEqual(5);
  });

  test("asks for a reload when a newer one has replaced its files", async ({ page }) => {
    await page.goto("/");
    await page.route("**/assets/EnvPanel-*.js", (route) => route.fulfill({ status: 404 }));
    await page.getByText("Environment").click();
    await expect(page.getByText("A new version of this page is out.")).toBeVisible();
  });

  test("can't run what an attacker puts into it", async ({ page }) => {
    expect(production).toBe(true);
    await page.goto("/");
    const refused = await page.evaluate(() => {
      try {
        document.body.innerHTML = "<img src=x onerror=alert(1)>";
      } catch (error) {
        return error instanceof TypeError;
      }
      return false;
    });
    expect(refused).toBe(true);
  });
});
