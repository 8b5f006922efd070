import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { App } from "./App";
import type { EnvReport } from "./api.gen";
import { FakeStream, problem, respondWith } from "./testing";

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  localStorage.clear();
  delete document.documentElement.dataset.theme;
});
afterEach(cleanup);

const prompt = () => screen.getByRole("textbox", { name: "Prompt" });

async function send(text = "hello{Enter}") {
  const user = userEvent.setup();
  render(<App />);
  await user.type(prompt(), text);
  return user;
}

test("Enter sends, the answer shows, and can be copied", async () => {
  const stream = new FakeStream();
  respondWith(stream.response);
  const user = await send();
  stream.send({ event: "token", text: "An answer." });
  await screen.findByText("An answer.");
  expect(screen.getByTestId("answer").ariaBusy).toBe("true");
  stream.send({ event: "done", tokens: 1, usage: null });
  await user.click(await screen.findByRole("button", { name: "Copy" }));
  await screen.findByRole("button", { name: "Copied" });
  expect(await navigator.clipboard.readText()).toBe("An answer.");
  expect(screen.getByTestId("answer").ariaBusy).toBe("false");
});

test("Shift+Enter breaks the line, and a blank prompt is not sent", async () => {
  const fetch = respondWith();
  await send(" {Shift>}{Enter}{/Shift} {Enter}");
  expect(prompt()).toHaveProperty("value", " \n ");
  expect(fetch).not.toHaveBeenCalled();
});

test("Escape cancels, and Retry sends the same prompt", async () => {
  const first = new FakeStream();
  const second = new FakeStream();
  const fetch = respondWith(first.response, second.response);
  const user = await send();
  first.send({ event: "token", text: "Half" });
  await screen.findByText("Half");
  await user.keyboard("{Escape}");
  await screen.findByText("Cancelled");
  screen.getByText("Half");

  await user.click(screen.getByRole("button", { name: "Retry" }));
  second.send({ event: "token", text: "Whole" });
  await screen.findByText("Whole");
  expect(await fetch.mock.lastCall?.[0].json()).toEqual({
    messages: [{ role: "user", content: "hello" }],
  });
});

test("while an answer is under way, nothing but Retry sends again", async () => {
  const stream = new FakeStream();
  const fetch = respondWith(stream.response);
  const user = await send("hello{Enter}{Enter}");
  await screen.findByText("Connecting…");
  await user.click(screen.getByRole("button", { name: "Send" }));
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  await screen.findByText("Cancelled");
  expect(fetch).toHaveBeenCalledOnce();
  expect(document.activeElement).toBe(prompt());
});

test("a held Enter sends once", async () => {
  const fetch = respondWith(problem(413));
  await send();
  await screen.findByText("Failed");
  fireEvent.keyDown(prompt(), { key: "Enter", repeat: true });
  expect(fetch).toHaveBeenCalledOnce();
});

test.each([{ isComposing: true }, { keyCode: 229 }])(
  "Enter and Escape of an input method are left to it: %o",
  async (composing) => {
    const stream = new FakeStream();
    const fetch = respondWith(stream.response);
    await send("hello");
    fireEvent.keyDown(prompt(), { key: "Enter", ...composing });
    expect(fetch).not.toHaveBeenCalled();
    await userEvent.type(prompt(), "{Enter}");
    await screen.findByText("Connecting…");
    fireEvent.keyDown(prompt(), { key: "Escape", ...composing });
    screen.getByText("Connecting…");
  },
);

test("the prompt field says why the prompt was refused", async () => {
  respondWith(problem(422, { errors: [{ pointer: "/messages/0/content", detail: "Too rude." }] }));
  await send();
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toBe("Too rude.");
  expect(prompt().getAttribute("aria-describedby")).toBe(alert.id);
  expect(prompt().ariaInvalid).toBe("true");
});

test("the environment is loaded when its card is opened", async () => {
  const report: EnvReport = {
    layout: "development",
    version: "1.2.3",
    python: "3.13.0",
    region: null,
    instance: "here",
    model: null,
    settings: { MODEL_API_KEY: true },
  };
  const fetch = respondWith(Response.json(report));
  render(<App />);
  expect(fetch).not.toHaveBeenCalled();
  await userEvent.click(screen.getByText("Environment"));
  await screen.findByText("1.2.3");
  expect(screen.getByText("MODEL_API_KEY").nextSibling?.textContent).toBe("set");
  expect(screen.getByText("region").nextSibling?.textContent).toBe("none");
});

test("only its own card says that the environment can't be loaded", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  respondWith(problem(500));
  render(<App />);
  await userEvent.click(screen.getByText("Environment"));
  expect((await screen.findByRole("alert")).textContent).toContain("can't be loaded");
  prompt();
});

test("the chosen theme is stored", async () => {
  render(<App />);
  await userEvent.click(screen.getByRole("button", { name: "Use the dark theme" }));
  expect(document.documentElement.dataset.theme).toBe("dark");
  expect(localStorage.getItem("theme")).toBe("dark");
  screen.getByRole("button", { name: "Use the light theme" });
});

test("a new deployment asks for a reload, a lost network does not", async () => {
  render(<App />);
  vi.spyOn(navigator, "onLine", "get").mockReturnValueOnce(false);
  dispatchEvent(new Event("vite:preloadError"));
  expect(screen.queryByRole("alert")).toBeNull();
  dispatchEvent(new Event("vite:preloadError"));
  expect((await screen.findByRole("alert")).textContent).toContain("new version");
});
