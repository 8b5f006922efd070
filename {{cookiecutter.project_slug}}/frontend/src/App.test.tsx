import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { App } from "./App";
import { FakeStream, problem, respondTo, respondWith } from "./api/testing";
import type { EnvReport } from "./api/types.gen";

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("scrollTo", () => undefined); // jsdom neither scrolls nor has a layout
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  HTMLDialogElement.prototype.showModal ??= HTMLDialogElement.prototype.show ??= function () {
    this.open = true;
  };
  vi.stubEnv("DEV", true); // even if NODE_ENV=production is exported
  localStorage.clear();
  sessionStorage.clear();
  delete document.documentElement.dataset.theme;
});

const prompt = () => screen.getByRole("textbox", { name: "Prompt" });
const composer = () => within(prompt().closest("form") as HTMLElement);
const button = (name: string) => screen.getByRole("button", { name });

async function send(text = "hello{Enter}") {
  const user = userEvent.setup();
  render(<App />);
  await user.type(prompt(), text);
  return user;
}

/** Answers in one token, and waits until the page shows it. */
async function answer(stream: FakeStream, text: string) {
  stream.send({ event: "token", text });
  stream.send({ event: "done", tokens: 1, usage: null });
  await screen.findByText(text);
  await screen.findByText("Done");
}

/** Leaves the page, as by a reload, and opens it again. */
function reload() {
  dispatchEvent(new Event("pagehide"));
  cleanup();
  render(<App />);
}

test("Enter sends the prompt, and the answer appears and can be copied", async () => {
  const stream = new FakeStream();
  respondWith(stream.response);
  const user = await send();
  expect(prompt()).toHaveProperty("value", "");
  stream.send({ event: "token", text: "An answer." });
  await screen.findByText("An answer.");
  expect(screen.getByTestId("answer").ariaBusy).toBe("true");
  stream.send({ event: "done", tokens: 1, usage: null });
  await user.click(await screen.findByRole("button", { name: "Copy" }));
  await screen.findByRole("button", { name: "Copied" });
  expect(await navigator.clipboard.readText()).toBe("An answer.");
  expect(screen.getByTestId("answer").ariaBusy).toBe("false");
});

test("choosing an example sends it", async () => {
  const stream = new FakeStream();
  const fetch = respondWith(stream.response);
  render(<App />);
  const example = document.querySelector(".example") as HTMLElement;
  const text = example.textContent;
  await userEvent.click(example);
  await answer(stream, "An answer.");
  expect(await fetch.mock.lastCall?.[0].json()).toEqual({
    messages: [{ role: "user", content: text }],
  });
});

test("a follow-up question is sent with the conversation so far", async () => {
  const streams = [new FakeStream(), new FakeStream()] as const;
  const fetch = respondWith(...streams.map(({ response }) => response));
  const user = await send("One?{Enter}");
  await answer(streams[0], "1");
  await user.type(prompt(), "Two?{Enter}");
  await answer(streams[1], "2");
  expect(await fetch.mock.lastCall?.[0].json()).toEqual({
    messages: [
      { role: "user", content: "One?" },
      { role: "assistant", content: "1" },
      { role: "user", content: "Two?" },
    ],
  });
  expect(screen.getAllByRole("button", { name: "Copy" })).toHaveLength(2);
  expect(screen.getAllByRole("button", { name: "Retry" })).toHaveLength(2);
});

test("editing an earlier question drops the turns after it", async () => {
  const streams = [new FakeStream(), new FakeStream(), new FakeStream()] as const;
  const fetch = respondWith(...streams.map(({ response }) => response));
  const user = await send("One?{Enter}");
  await answer(streams[0], "1");
  await user.type(prompt(), "Two?{Enter}");
  await screen.findByText("Connecting…");
  expect(screen.queryByRole("button", { name: "Edit" })).toBeNull();
  await answer(streams[1], "2");

  await user.click(screen.getAllByRole("button", { name: "Edit" })[0] as HTMLElement);
  await user.keyboard("{Escape}");
  expect(document.activeElement).toBe(screen.getAllByRole("button", { name: "Edit" })[0]);
  await user.keyboard("{Enter}");
  await user.type(screen.getByRole("textbox", { name: "Edit the question" }), " Or three?{Enter}");
  await answer(streams[2], "3");
  screen.getByText("One? Or three?");
  expect(screen.queryByText("Two?")).toBeNull();
  expect(await fetch.mock.lastCall?.[0].json()).toEqual({
    messages: [{ role: "user", content: "One? Or three?" }],
  });
});

test("a conversation is exported as Markdown", async () => {
  const stream = new FakeStream();
  respondWith(stream.response);
  const create = vi.fn((_: Blob) => "blob:");
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockReturnValue(); // jsdom can't download
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: create, revokeObjectURL: vi.fn() }));
  const user = await send("One?{Shift>}{Enter}{/Shift}Really?{Enter}");
  stream.send({ event: "source", title: "A page", url: "https://example.org/a" });
  await answer(stream, "1");
  await user.click(button("Export"));
  expect(await create.mock.lastCall?.[0].text()).toMatch(
    /^# .+\n\n> One\?\n> Really\?\n\n1\n\n1\. \[A page\]\(<https:\/\/example\.org\/a>\)\n$/,
  );
});

test("/ focuses the prompt, and Ctrl+Shift+O starts a new chat", async () => {
  const stream = new FakeStream();
  respondWith(stream.response);
  const user = await send();
  await answer(stream, "An answer.");
  prompt().blur();
  await user.keyboard("/");
  expect(document.activeElement).toBe(prompt());
  await user.keyboard("/");
  expect(prompt()).toHaveProperty("value", "/");
  await user.keyboard("{Control>}{Shift>}O{/Shift}{/Control}");
  expect(screen.queryByText("An answer.")).toBeNull();
});

test("with a mouse, the prompt has the focus from the start, and nothing is requested", () => {
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  const fetch = vi.fn();
  vi.stubGlobal("fetch", fetch);
  render(<App />);
  expect(document.activeElement).toBe(prompt());
  expect(fetch).not.toHaveBeenCalled();
});

test("a reload keeps the conversation and stops the answer in progress", async () => {
  const stream = new FakeStream();
  respondWith(stream.response, new FakeStream().response);
  const user = await send("One?{Enter}");
  await answer(stream, "1");
  await user.type(prompt(), "Two?{Enter}");
  await screen.findByText("Connecting…");
  reload();
  await screen.findByText("Stopped");
  screen.getByText("One?");
  screen.getByText("1");
  screen.getByText("Two?");
});

test.each(["{", "[]", '{"turns":[{}]}', '{"turns":[null]}', '{"turns":{}}'])(
  "a stored conversation that can't be read is ignored: %s",
  (stored) => {
    sessionStorage.setItem("conversation", stored);
    render(<App />);
    expect(document.querySelector(".welcome")).not.toBeNull();
    prompt();
  },
);

test("New chat stops the answer and clears the conversation", async () => {
  const stream = new FakeStream();
  const fetch = respondWith(stream.response);
  const user = await send();
  await screen.findByText("Connecting…");
  await expect.poll(() => fetch).toHaveBeenCalledOnce();
  await user.click(button("New chat"));
  expect(fetch.mock.lastCall?.[0].signal.aborted).toBe(true);
  expect(screen.queryByText("hello")).toBeNull();
  expect(document.activeElement).toBe(prompt());
  reload();
  expect(screen.queryByText("hello")).toBeNull();
});

test("Shift+Enter adds a line break, and a blank prompt isn't sent", async () => {
  const fetch = respondWith();
  await send(" {Shift>}{Enter}{/Shift} {Enter}");
  expect(prompt()).toHaveProperty("value", " \n ");
  expect(fetch).not.toHaveBeenCalled();
});

test("Escape stops the answer and keeps its text, and Retry sends the same prompt", async () => {
  const first = new FakeStream();
  const second = new FakeStream();
  const fetch = respondWith(first.response, second.response);
  const user = await send();
  first.send({ event: "token", text: "Half" });
  await screen.findByText("Half");
  await user.keyboard("{Escape}");
  await screen.findByText("Stopped");
  screen.getByText("Half");

  await user.click(button("Retry"));
  await answer(second, "Whole");
  expect(screen.queryByText("Half")).toBeNull();
  expect(await fetch.mock.lastCall?.[0].json()).toEqual({
    messages: [{ role: "user", content: "hello" }],
  });
});

test("a status is shown until text arrives, and sources are listed below the answer", async () => {
  const stream = new FakeStream();
  respondWith(stream.response);
  await send();
  stream.send({ event: "status", text: "Searching…" });
  await screen.findByText("Searching…");
  for (const [title, url] of [
    ["A page", "https://example.org/a"],
    ["The same page", "https://example.org/a"],
    ["A script", "javascript:alert(1)"],
    ["No URL", "example"],
    ["", "http://example.org/b"],
    ["A note", "/notes/1"],
  ] as const) {
    stream.send({ event: "source", title, url });
  }
  await answer(stream, "Found.");
  expect(screen.queryByText("Searching…")).toBeNull();
  const links = within(screen.getByRole("list", { name: "Sources" })).getAllByRole("link");
  expect(links.map((link) => [link.textContent, link.getAttribute("href")])).toEqual([
    ["The same page", "https://example.org/a"],
    ["http://example.org/b", "http://example.org/b"],
    ["A note", `${location.origin}/notes/1`],
  ]);
  expect(links.map((link) => link.getAttribute("rel"))).toEqual(
    Array(3).fill("noreferrer noopener"),
  );
});

test("a citation links to the source with its number", async () => {
  const stream = new FakeStream();
  respondWith(stream.response);
  await send();
  stream.send({ event: "source", title: "A script", url: "javascript:alert(1)" });
  stream.send({ event: "source", title: "A note", url: "/notes/1" });
  stream.send({ event: "token", text: "See [1], **[2]**, `[2]`, and [3]." });
  stream.send({ event: "done", tokens: 1, usage: null });
  await screen.findByText("Done");
  const citation = await screen.findByRole("link", { name: "Source 2: A note" });
  expect(citation.title).toBe("A note");
  expect(citation.getAttribute("href")).toBe(`${location.origin}/notes/1`);
  expect(screen.getAllByRole("link")).toHaveLength(2);
  expect(screen.getByRole("listitem")).toHaveProperty("value", 2);
  expect(screen.getByTestId("answer").textContent).toBe("See [1], [2], [2], and [3].");
});

test("no prompt is sent while an answer is in progress", async () => {
  const stream = new FakeStream();
  const fetch = respondWith(stream.response);
  const user = await send("hello{Enter}more{Enter}");
  await screen.findByText("Connecting…");
  await user.click(button("Send"));
  await user.click(button("Stop"));
  await screen.findByText("Stopped");
  expect(fetch).toHaveBeenCalledOnce();
  expect(prompt()).toHaveProperty("value", "more");
  expect(document.activeElement).toBe(prompt());
});

test("holding Enter sends the prompt once", async () => {
  const fetch = respondWith(problem(413));
  await send();
  await composer().findByRole("alert");
  fireEvent.keyDown(prompt(), { key: "Enter", repeat: true });
  expect(fetch).toHaveBeenCalledOnce();
});

test.each([{ isComposing: true }, { keyCode: 229 }])(
  "the page ignores Enter and Escape while an input method uses them: %o",
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

test("a refused prompt returns to its field, with the reason", async () => {
  respondWith(problem(422, { errors: [{ pointer: "/messages/0/content", detail: "Too rude." }] }));
  await send();
  const alert = await composer().findByRole("alert");
  expect(alert.textContent).toBe("Too rude.");
  expect(prompt()).toHaveProperty("value", "hello");
  expect(prompt().getAttribute("aria-describedby")).toBe(alert.id);
  expect(prompt().ariaInvalid).toBe("true");
});

test("the page shows which turns are no longer sent", async () => {
  const streams = [new FakeStream(), new FakeStream()] as const;
  respondWith(streams[0].response, problem(413), streams[1].response);
  const user = await send("One?{Enter}");
  await answer(streams[0], "1");
  await user.type(prompt(), "Two?{Enter}");
  await answer(streams[1], "2");
  const notice = screen.getByText(/no longer sent/);
  expect(notice.previousSibling?.textContent).toContain("One?");
  expect(notice.nextSibling?.textContent).toContain("Two?");
});

test("the environment is loaded when it is opened", async () => {
  const report: EnvReport = {
    layout: "development",
    version: "1.2.3",
    python: "3.15.0",
    region: null,
    instance: "here",
    model: null,
    settings: { MODEL_API_KEY: true, MODEL_NAME: false },
  };
  const fetch = respondTo("/env", Response.json(report));
  render(<App />);
  expect(fetch).not.toHaveBeenCalled();
  await userEvent.click(button("Environment"));
  await screen.findByText("1.2.3");
  const value = (name: string) => screen.getByText(name).nextSibling?.textContent;
  expect(value("MODEL_API_KEY")).toBe("Set");
  expect(value("MODEL_NAME")).toBe("Default");
  expect(value("Region")).toBe("None");
});

test("only the dialog fails if the environment can't be loaded", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  respondTo("/env", problem(500));
  render(<App />);
  await userEvent.click(button("Environment"));
  await screen.findByText(/can't be loaded/);
  prompt();
});

test("the chosen theme is stored", async () => {
  render(<App />);
  await userEvent.click(button("Use the dark theme"));
  expect(document.documentElement.dataset.theme).toBe("dark");
  expect(localStorage.getItem("theme")).toBe("dark");
  button("Use the light theme");
});

test("the page asks for a reload after a deployment, but not when it's offline", async () => {
  render(<App />);
  vi.spyOn(navigator, "onLine", "get").mockReturnValueOnce(false);
  dispatchEvent(new Event("vite:preloadError"));
  expect(screen.queryByText(/new version/)).toBeNull();
  dispatchEvent(new Event("vite:preloadError"));
  await screen.findByText(/new version/);
});
