import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import manifest from "../package.json" with { type: "json" };
import { alerts, ask, overflow, recordFrames } from "./page.ts";
import { ask as askServer, production } from "./target.ts";

const LONG_WORD = "abcdefghij".repeat(60);

const MARKDOWN = `# A heading

Some *emphasis* and [a link](https://example.org/), then:

1. a list
2. with \`code\`

| a table | with numbers |
| --- | ---: |
| one | 1 |

- [x] a task

\`\`\`python
# a comment
@decorator
def function(name: str = "text", number=1) -> None:
    print(f"a block of code, whose lines are longer than a narrow screen is wide", None)
\`\`\`

\`\`\`yaml
key: [1, true]
\`\`\`

\`\`\`html
<a href="/b">c</a>
\`\`\`
`;

/** Collects the page's errors and its violations of the security policy. */
async function watch(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return complaints;
}

/** Records every text that the answer shows, so that the test doesn't miss any. */
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

test("the page is named after package.json", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveTitle(manifest.displayName);
  const description = page.locator('meta[name="description"]');
  await expect(description).toHaveAttribute("content", manifest.description);
});

test("an answer arrives piece by piece, and can be copied", async ({ page }) => {
  const complaints = await watch(page);
  await page.goto("/");
  const recorded = await recordAnswer(page);
  await ask(page, "30 0.1");
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  const texts = await recorded.jsonValue();
  const whole = texts.at(-1)?.trim() ?? "";
  expect(texts.length).toBeGreaterThan(4);
  expect(texts.filter((text) => !whole.startsWith(text.trim()))).toEqual([]);

  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect((await page.evaluate(() => navigator.clipboard.readText())).trim()).toBe(whole);
  expect(complaints).toEqual([]);
});

test("an answer can be copied without TLS, where there is no clipboard API", async ({ page }) => {
  await page.addInitScript(() =>
    Object.defineProperty(navigator, "clipboard", { value: undefined }),
  );
  await page.goto("/");
  await fakeAnswer(page, { event: "token", text: "An answer." }, { event: "done" });
  await ask(page);
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeFocused();
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  await prompt.focus();
  await page.keyboard.press("ControlOrMeta+V");
  await expect(prompt).toHaveValue("An answer.");
});

test("the focus is never hidden behind the prompt", async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  await page.goto("/");
  const text = "[a link](https://example.org/) in a paragraph\n\n".repeat(40);
  await fakeAnswer(page, { event: "token", text }, { event: "done" });
  await ask(page);
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  await page.getByRole("link").first().focus();
  for (let stop = 1; stop < 40; stop++) {
    await page.keyboard.press("Tab");
    const [focused, composer] = await page.evaluate(() =>
      [document.activeElement, document.querySelector(".composer")].map((element) =>
        element?.getBoundingClientRect().toJSON(),
      ),
    );
    expect(focused.top, `Tab stop ${stop}`).toBeLessThan(composer.top);
  }
});

/** Presses Escape as soon as the answer begins, in the page itself: the test might be too late. */
function pressEscapeInTime(page: Page) {
  return page.evaluate(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector("[data-testid=answer]")?.textContent) return;
      observer.disconnect();
      dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    }).observe(document.body, { characterData: true, childList: true, subtree: true });
  });
}

test("Escape stops the answer and keeps its text, and Retry asks again", async ({ page }) => {
  await page.goto("/");
  await pressEscapeInTime(page);
  await ask(page);
  await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
  const answer = page.getByTestId("answer");
  const kept = (await answer.textContent())?.trim() ?? "";
  expect(kept).not.toBe("");
  await page.getByRole("button", { name: "Retry", exact: true }).last().click();
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  const whole = (await answer.textContent()) ?? "";
  expect(whole.startsWith(kept)).toBe(true);
  expect(whole.length).toBeGreaterThan(kept.length);
});

/** Counts the prompts that the page sends. */
function countPrompts(page: Page): { count: number } {
  const prompts = { count: 0 };
  page.on("request", (request) => {
    if (request.url().endsWith("/stream")) prompts.count++;
  });
  return prompts;
}

/** Answers each prompt with a stream of these events. */
async function fakeAnswer(page: Page, ...events: { event: string; [field: string]: unknown }[]) {
  const body = events.map((data) => `event: ${data.event}\ndata: ${JSON.stringify(data)}\n\n`);
  await page.route("**/stream", (route) =>
    route.fulfill({ contentType: "text/event-stream", body: body.join("") }),
  );
}

/** Keeps each prompt waiting, so that the test has time to stop it. */
async function holdPrompts(page: Page): Promise<void> {
  await page.route("**/stream", () => undefined);
}

for (const clickCount of [1, 2]) {
  test(`Stop doesn't send a prompt, clicked ${clickCount} times`, async ({ page }) => {
    await page.goto("/");
    await holdPrompts(page);
    const prompts = countPrompts(page);
    const sent = page.waitForRequest("**/stream");
    await ask(page);
    await sent;
    await page.getByRole("button", { name: "Stop", exact: true }).click({ clickCount });
    await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
    await page.waitForTimeout(300); // a second prompt would be sent in this time
    await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
    expect(prompts.count).toBe(1);
  });
}

test("after Stop, the prompt has the focus", async ({ page }) => {
  await page.goto("/");
  await holdPrompts(page);
  await ask(page);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByRole("textbox", { name: "Prompt" })).toBeFocused();
});

test("a double click on Send or Retry sends once and doesn't stop the answer", async ({ page }) => {
  await page.goto("/");
  const prompts = countPrompts(page);
  await page.getByRole("textbox", { name: "Prompt" }).fill("5 0.1");
  await page.getByRole("button", { name: "Send", exact: true }).dblclick();
  const done = page.getByText("Done", { exact: true });
  await expect(done).toBeVisible();
  expect(prompts.count).toBe(1);
  await page.getByRole("button", { name: "Retry", exact: true }).last().dblclick();
  await expect(done).toBeVisible();
  expect(prompts.count).toBe(2);
});

test("no content widens the page", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  await page.route("**/env", (route) =>
    route.fulfill({
      json: { version: LONG_WORD, [LONG_WORD]: LONG_WORD, settings: { [LONG_WORD]: true } },
    }),
  );
  await page.goto("/");
  const rename = () =>
    page.evaluate((word) => {
      for (const element of document.querySelectorAll("h1, h1 + p, .example")) {
        element.textContent = word;
      }
    }, LONG_WORD);
  await rename();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await fakeAnswer(
    page,
    { event: "status", text: LONG_WORD },
    { event: "source", title: LONG_WORD, url: `https://example.org/${LONG_WORD}` },
    { event: "token", text: LONG_WORD },
    { event: "error", detail: LONG_WORD },
  );
  await ask(page, LONG_WORD);
  await expect(alerts(page)).toHaveText(LONG_WORD);
  await expect(page.getByTestId("answer")).toHaveText(LONG_WORD);
  await expect(page.getByRole("list", { name: "Sources" }).getByRole("link")).toBeVisible();
  await rename();
  expect(await overflow(page)).toBeLessThanOrEqual(0);

  const errors = [{ pointer: "/messages/0/content", detail: LONG_WORD }];
  await page.route("**/stream", (route) =>
    route.fulfill({ status: 422, contentType: "application/problem+json", json: { errors } }),
  );
  await page.getByRole("button", { name: "Retry", exact: true }).last().click();
  await expect(alerts(page)).toHaveText(LONG_WORD);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});

/** Delays the conversation's code, as a slow network does, until it is released. */
async function holdConversation(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/lazy[.-][^/]*$/, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

for (const width of [320, 768]) {
  test(`nothing jumps when an answer starts or ends: ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto("/");
    const release = await holdConversation(page);
    await page.getByRole("textbox", { name: "Prompt" }).fill("20 0.05");
    const recorded = await recordFrames(page);
    await page.keyboard.press("Enter");
    await expect(page.getByText("20 0.05")).toBeVisible();
    release();
    await expect(page.getByText("Done", { exact: true })).toBeVisible();
    await expect(page.getByRole("button", { name: "Retry", exact: true })).toBeVisible();
    const frames = await recorded.jsonValue();
    const answers = frames.filter(({ frame }) => frame !== undefined);
    expect(answers.some(({ isBusy }) => isBusy)).toBe(true);
    expect(answers.at(-1)?.isBusy).toBe(false);
    expect([...new Set(frames.map(({ form }) => form))]).toHaveLength(1);
    // Only the text makes the answer grow.
    expect(new Set(answers.map(({ frame }) => frame)).size).toBe(1);
  });
}

test("in development, a dialog shows the environment until it is closed", async ({ page }) => {
  test.skip(production, "Visitors of a deployed app don't need a list of settings.");
  const complaints = await watch(page);
  await page.goto("/");
  for (const close of ["button", "Escape"]) {
    await page.getByRole("button", { name: "Environment" }).click();
    await expect(page.getByText("MODEL_API_KEY")).toBeVisible();
    if (close === "button") await page.getByRole("button", { name: "Close" }).click();
    else await page.keyboard.press(close);
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  await expect(page.getByRole("button", { name: "Environment" })).toBeFocused();
  expect(complaints).toEqual([]);
});

test("the field shows why a prompt was refused, in the server's words", async ({ page }) => {
  const tooLong = "x".repeat(100_001);
  const { errors } = await (await askServer(tooLong)).json();
  await page.goto("/");
  await ask(page, tooLong);
  await expect(alerts(page)).toHaveText(errors[0].detail);
  const field = page.getByRole("textbox", { name: "Prompt" });
  await expect(field).toHaveAccessibleDescription(errors[0].detail);
  await expect(field).toHaveValue(tooLong);
});

test("a chosen theme is kept, and applied before the page's own code runs", async ({ page }) => {
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
      test.slow(); // seven analyses
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      await page.goto("/");
      const findNothing = async () => {
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations).toEqual([]);
        expect(await overflow(page)).toBeLessThanOrEqual(0);
      };
      await findNothing();
      await fakeAnswer(
        page,
        { event: "token", text: MARKDOWN },
        { event: "source", title: "A source", url: "https://example.org/a" },
        { event: "done", tokens: 1, usage: null },
      );
      await ask(page);
      await expect(page.getByText("Done", { exact: true })).toBeVisible();
      await expect(page.locator("pre span").first()).toBeVisible();
      await findNothing();
      await page.getByRole("button", { name: "Edit" }).click();
      await findNothing();
      await page.keyboard.press("Escape");

      await fakeAnswer(page, { event: "error", detail: "The model is busy." });
      await ask(page);
      await expect(page.getByText("Failed", { exact: true })).toBeVisible();
      await findNothing();
      await holdPrompts(page);
      await ask(page);
      await expect(page.getByText("Connecting…")).toBeVisible();
      await findNothing();
      await page.keyboard.press("Escape");
      await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
      await findNothing();

      if (production) return;
      await page.getByRole("button", { name: "Environment" }).click();
      await expect(page.getByText("MODEL_API_KEY")).toBeVisible();
      await findNothing();
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

  test("asks for a reload when a newer version has replaced its files", async ({ page }) => {
    await page.goto("/");
    await page.route("**/assets/lazy-*.js", (route) => route.fulfill({ status: 404 }));
    await ask(page);
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
