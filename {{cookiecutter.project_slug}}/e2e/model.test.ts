// Conversations with a model: backend/tests/provider.py stands in for its provider. The backend of
// these tests sends it each message that starts with "model: ".
import { randomUUID } from "node:crypto";
import { expect, type Page, test } from "@playwright/test";
import { alerts, ask } from "./page.ts";
import { provider, url } from "./target.ts";

/** A request for an answer, as the provider lists it. */
interface Asked {
  authorization: string | null;
  body: { messages: { role: string; content: string }[] };
  /** How the answer ended, if it has. */
  ended: string | null;
}

test.describe.configure({ mode: "default" }); // in order, because the provider stops in between

/** Sends a message to the model. */
function askModel(page: Page, message: string): Promise<void> {
  return ask(page, `model: ${message}`);
}

/** Lists the requests that ended with this message. */
async function askedFor(message: string): Promise<Asked[]> {
  const response = await fetch(`${provider.url}/requests`);
  const requests: Asked[] = await response.json();
  return requests.filter(({ body }) => body.messages.at(-1)?.content === message);
}

async function expectAnswer(page: Page, text: string): Promise<void> {
  await expect(page.getByTestId("answer").last()).toContainText(text);
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  await expect(alerts(page)).toHaveCount(0);
}

test.describe("a model", { tag: "@model" }, () => {
  test.beforeEach(({ page }) => page.goto("/"));

  test("is asked with the key and the whole conversation", async ({ page }) => {
    const id = randomUUID();
    const questions = ["grüße 🙂", "and then?", id];
    for (const [index, question] of questions.entries()) {
      await askModel(page, question);
      await expectAnswer(page, `Answer ${index + 1} to “${question.replaceAll(" ", "")}”`);
    }
    await expect(page.getByTestId("answer")).toHaveCount(3);
    const asked = await askedFor(id);
    expect(asked).toMatchObject([{ authorization: `Bearer ${provider.key}`, ended: "complete" }]);
    expect(asked[0]?.body.messages.slice(1)).toEqual([
      { role: "user", content: "grüße 🙂" },
      { role: "assistant", content: "Answer 1 to “grüße🙂” … 日本語 🙂" },
      { role: "user", content: "and then?" },
      { role: "assistant", content: "Answer 2 to “andthen?” … 日本語 🙂" },
      { role: "user", content: id },
    ]);
  });

  test("is named by /env, without its key", async () => {
    const report = await (await fetch(`${url}/env`)).text();
    expect(JSON.parse(report).model).toEqual(expect.any(String));
    expect(report).not.toContain(provider.key);
  });

  test("is disconnected when the user stops", async ({ page }) => {
    await askModel(page, "endless");
    await expect(page.getByTestId("answer")).toContainText("Answer 1");
    const asked = async () => (await askedFor("endless")).at(-1);
    expect((await asked())?.ended).toBeNull();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
    await expect.poll(async () => (await asked())?.ended).toBe("client left");
  });

  for (const [message, sentence] of [
    ["401", "The model provider does not accept the key. Check MODEL_API_KEY."],
    ["404", /^The model “.+” was not found. Check MODEL_NAME and MODEL_BASE_URL.$/],
    ["429 7", "The model provider is rate-limiting you. Try again in 7 seconds."],
    ["503 7", "The model is overloaded or not available. Try again in a moment."],
    ["flagged", "The model provider's filter stopped this answer. Rephrase your message."],
    [
      "too long",
      "The conversation is too long for the model. Start a new chat or shorten your message.",
    ],
  ] as const) {
    test(`that refuses shows as a sentence: ${message}`, async ({ page }) => {
      await askModel(page, message);
      await expect(alerts(page)).toHaveText(sentence);
      await expect(page.getByText("Failed", { exact: true })).toBeVisible();
    });
  }

  for (const [message, sentence] of [
    ["break", "The model's answer broke off. Try again."],
    ["no end", "The model's answer broke off. Try again."],
    [
      "stall",
      /^The model sent nothing for \d+ seconds?\. Try again, or increase MODEL_IDLE_SECONDS/,
    ],
    ["malformed", "The model's answer could not be read. Try again."],
    ["error", "The model is overloaded or not available. Try again in a moment."],
    ["filtered", "The model provider's filter stopped this answer. Rephrase your message."],
  ] as const) {
    test(`that fails in the middle shows as a sentence below the text: ${message}`, async ({
      page,
    }) => {
      await askModel(page, message);
      await expect(alerts(page)).toHaveText(sentence);
      await expect(page.getByTestId("answer")).toContainText("Answer 1 to “");
    });
  }

  test("may leave out the end mark", async ({ page }) => {
    await askModel(page, "no done");
    await expectAnswer(page, "Answer 1 to “nodone”");
  });

  test("is asked again if it's briefly not available", async ({ page }) => {
    await askModel(page, randomUUID()); // "once" counts for each conversation
    await expectAnswer(page, "Answer 1");
    await askModel(page, "once 503 2");
    await expect(page.getByText("The model is not available. Trying again…")).toBeVisible();
    await expectAnswer(page, "Answer 2");
  });

  test("is asked again by Retry", async ({ page }) => {
    await askModel(page, randomUUID());
    await expectAnswer(page, "Answer 1");
    await askModel(page, "once break");
    await expect(alerts(page)).toHaveText("The model's answer broke off. Try again.");
    await page.getByRole("button", { name: "Retry", exact: true }).last().click();
    await expectAnswer(page, "Answer 2");
    await expect(page.getByTestId("answer")).toHaveCount(2);
  });

  test("that can't be reached shows as a sentence, and Retry works later", async ({ page }) => {
    await askModel(page, "go away 8");
    await expectAnswer(page, "Answer 1");
    await askModel(page, "Are you there?");
    await expect(alerts(page)).toHaveText(/^The model provider can't be reached./);
    const isBack = () =>
      fetch(`${provider.url}/requests`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isBack, { timeout: 15_000 }).toBe(true);
    await page.getByRole("button", { name: "Retry", exact: true }).last().click();
    await expectAnswer(page, "Answer 2");
  });
});
