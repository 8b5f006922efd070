import { cleanup, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { App } from "./App";
import type { EnvReport } from "./api.gen";
import { answerWith, FakeStream, problem } from "./testing";

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  localStorage.clear();
  delete document.documentElement.dataset.theme;
});
afterEach(cleanup);

const prompt = () => screen.getByRole("textbox", { name: "Prompt" });

async function ask(text = "hello{Enter}") {
  const user = userEvent.setup();
  render(<App />);
  await user.type(prompt(), text);
  return user;
}

test("Enter sends, the answer shows, and can be copied", async () => {
  const stream = new FakeStream();
  answerWith(stream.response);
  const user = await ask();
  stream.send({ event: "token", text: "An answer." });
  await screen.findByText("An answer.");
  expect(screen.getByTestId("answer").ariaBusy).toBe("true");
  stream.send({ event: "done", tokens: 1 });
  await user.click(await screen.findByRole("button", { name: "Copy" }));
  await screen.findByRole("button", { name: "Copied" });
  expect(await navigator.clipboard.readText()).toBe("An answer.");
  expect(screen.getByTestId("answer").ariaBusy).toBe("false");
});

test("Shift+Enter breaks the line, and blanks alone are not sent", async () => {
  const fetch = answerWith();
  await ask(" {Shift>}{Enter}{/Shift} {Enter}");
  expect(prompt()).toHaveProperty("value", " \n ");
  expect(fetch).not.toHaveBeenCalled();
});

test("Escape cancels, and Retry asks the same again", async () => {
  const first = new FakeStream();
  const second = new FakeStream();
  const fetch = answerWith(first.response, second.response);
  const user = await ask();
  first.send({ event: "token", text: "Half" });
  await screen.findByText("Half");
  await user.keyboard("{Escape}");
  await screen.findByText("Cancelled");
  screen.getByText("Half");

  await user.click(screen.getByRole("button", { name: "Retry" }));
  second.send({ event: "token", text: "Whole" });
  await screen.findByText("Whole");
  expect(fetch.mock.calls[1]?.[1]?.body).toBe('{"prompt":"hello"}');
});

test("what is wrong with the prompt is said at the prompt", async () => {
  answerWith(problem(422, { errors: [{ pointer: "/prompt", detail: "Too rude." }] }));
  await ask();
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toBe("Too rude.");
  expect(prompt().getAttribute("aria-describedby")).toBe(alert.id);
  expect(prompt().ariaInvalid).toBe("true");
});

test("the environment is asked for when its panel is opened", async () => {
  const report: EnvReport = {
    layout: "development",
    version: "1.2.3",
    python: "3.13.0",
    region: null,
    instance: "here",
    settings: { MODEL_API_KEY: true },
  };
  const fetch = answerWith(Response.json(report));
  render(<App />);
  expect(fetch).not.toHaveBeenCalled();
  await userEvent.click(screen.getByText("Environment"));
  await screen.findByText("1.2.3");
  expect(screen.getByText("MODEL_API_KEY").nextSibling?.textContent).toBe("set");
  expect(screen.getByText("region").nextSibling?.textContent).toBe("not known");
});

test("an environment that can't be had is said in its panel alone", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  answerWith(problem(500));
  render(<App />);
  await userEvent.click(screen.getByText("Environment"));
  expect((await screen.findByRole("alert")).textContent).toContain("can't be loaded");
  prompt();
});

test("the theme is switched and kept", async () => {
  render(<App />);
  await userEvent.click(screen.getByRole("button", { name: "Use the dark theme" }));
  expect(document.documentElement.dataset.theme).toBe("dark");
  expect(localStorage.getItem("theme")).toBe("dark");
  screen.getByRole("button", { name: "Use the light theme" });
});

test("a new deployment asks for a reload, a network that is gone does not", async () => {
  render(<App />);
  vi.spyOn(navigator, "onLine", "get").mockReturnValueOnce(false);
  dispatchEvent(new Event("vite:preloadError"));
  expect(screen.queryByRole("alert")).toBeNull();
  dispatchEvent(new Event("vite:preloadError"));
  expect((await screen.findByRole("alert")).textContent).toContain("new version");
});
