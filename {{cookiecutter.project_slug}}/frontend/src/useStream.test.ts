import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { FakeStream, problem, respondWith } from "./testing";
import { useStream } from "./useStream";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const EVENT_STREAM = { "Content-Type": "text/event-stream" };
const START = 1_000_000;
const LOST = "The connection was lost before the answer was complete.";

function render() {
  const { result, unmount } = renderHook(useStream, { wrapper: StrictMode });
  return {
    now: () => result.current.state,
    start: () => act(async () => void result.current.start("hello")),
    cancel: () => act(async () => result.current.cancel()),
    reaches: (stage: string) => waitFor(() => expect(result.current.state.stage).toBe(stage)),
    shows: (text: string) => waitFor(() => expect(result.current.state).toMatchObject({ text })),
    functions: () => [result.current.start, result.current.cancel],
    unmount,
  };
}

test("an answer arrives event by event, until it is done", async () => {
  const now = vi.spyOn(Date, "now").mockReturnValue(START);
  const stream = new FakeStream();
  const fetch = respondWith(stream.response);
  const hook = render();
  await hook.start();
  expect(hook.now()).toMatchObject({ stage: "connecting" });
  await waitFor(() => expect(fetch).toHaveBeenCalledOnce());
  const [request] = fetch.mock.lastCall ?? [];
  expect(await request?.json()).toEqual({ messages: [{ role: "user", content: "hello" }] });

  stream.send({ event: "token", text: "One " });
  await hook.shows("One ");
  expect(hook.now()).toMatchObject({ stage: "streaming" });

  stream.write(': keep-alive\n\nevent: token\ndata: {"event":"tok');
  stream.write('en","text":"two ✓"}\n\n');
  await hook.shows("One two ✓");

  now.mockReturnValue(START + 5000);
  stream.send({ event: "done", tokens: 2, usage: null });
  await hook.reaches("done");
  expect(hook.now()).toMatchObject({ startedAt: START, endedAt: START + 5000 });
  expect(fetch).toHaveBeenCalledOnce();
});

test("cancelling keeps what has arrived and tells the server", async () => {
  const stream = new FakeStream();
  const fetch = respondWith(stream.response);
  const hook = render();
  await hook.start();
  stream.send({ event: "token", text: "partial" });
  await hook.shows("partial");

  await hook.cancel();
  expect(hook.now()).toMatchObject({ stage: "cancelled", text: "partial" });
  expect(hook.now()).not.toHaveProperty("sentence");
  expect(fetch.mock.lastCall?.[0].signal.aborted).toBe(true);

  await act(async () => stream.send({ event: "token", text: " late" }));
  expect(hook.now()).toMatchObject({ stage: "cancelled", text: "partial" });
});

test.each([
  ["ends too early", (stream: FakeStream) => stream.end()],
  ["breaks off", (stream: FakeStream) => stream.break()],
])("a stream that %s keeps what has arrived", async (_, stop) => {
  const stream = new FakeStream();
  respondWith(stream.response);
  const hook = render();
  await hook.start();
  stream.send({ event: "token", text: "partial" });
  await hook.shows("partial");
  stop(stream);
  await hook.reaches("failed");
  expect(hook.now()).toMatchObject({ text: "partial", sentence: LOST });
});

test("an error event is shown as the server says it", async () => {
  const stream = new FakeStream();
  respondWith(stream.response);
  const hook = render();
  await hook.start();
  stream.send({ event: "error", detail: "The model is out of paper." });
  await hook.reaches("failed");
  expect(hook.now()).toMatchObject({ sentence: "The model is out of paper." });
});

test.each([
  [new TypeError("Failed to fetch"), "The server can't be reached. Try again in a moment."],
  [problem(429, {}, { "Retry-After": "30" }), "Too many requests. Try again in 30 seconds."],
  [problem(413), "This is too long."],
  [
    problem(500, { detail: "Something went wrong on our side." }),
    "Something went wrong on our side.",
  ],
  [new Response("<h1>Bad gateway</h1>", { status: 502 }), "The server responded with 502."],
])("%o becomes a sentence", async (response, sentence) => {
  respondWith(response);
  const hook = render();
  await hook.start();
  await hook.reaches("failed");
  expect(hook.now()).toMatchObject({ sentence, invalid: false });
});

test("the page says that it is offline", async () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  respondWith(new TypeError("Failed to fetch"));
  const hook = render();
  await hook.start();
  await hook.reaches("failed");
  expect(hook.now()).toMatchObject({ sentence: "You are offline." });
});

test("a refused prompt is told from other failures", async () => {
  const errors = [{ pointer: "/messages/0/content", detail: "At most 10 characters." }];
  respondWith(problem(422, { errors }));
  const hook = render();
  await hook.start();
  await hook.reaches("failed");
  expect(hook.now()).toMatchObject({ sentence: "At most 10 characters.", invalid: true });
});

test("a backend that is starting is retried after the time it names", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const stream = new FakeStream();
  const fetch = respondWith(problem(503, {}, { "Retry-After": "7" }), stream.response);
  const hook = render();
  await hook.start();
  await hook.reaches("waiting");
  expect(hook.now()).toMatchObject({ sentence: "The server is starting. Retrying in 7 seconds." });

  await act(() => vi.advanceTimersByTimeAsync(6000));
  expect(fetch).toHaveBeenCalledOnce();
  await act(() => vi.advanceTimersByTimeAsync(1500));
  expect(fetch).toHaveBeenCalledTimes(2);
  stream.send({ event: "token", text: "here" });
  await hook.shows("here");
  expect(hook.now()).not.toHaveProperty("sentence");
});

test("retries end if the backend does not start", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const responses = Array.from({ length: 6 }, () => problem(503, {}, { "Retry-After": "1" }));
  const fetch = respondWith(...responses);
  const hook = render();
  await hook.start();
  await act(() => vi.advanceTimersByTimeAsync(6000));
  await hook.reaches("failed");
  expect(fetch).toHaveBeenCalledTimes(6);
  expect(hook.now()).toMatchObject({
    sentence: "The server is not available. Try again in 1 second.",
  });
});

test("cancelling ends the retries", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const fetch = respondWith(problem(503, {}, { "Retry-After": "1" }));
  const hook = render();
  await hook.start();
  await hook.reaches("waiting");
  await hook.cancel();
  await act(() => vi.advanceTimersByTimeAsync(5000));
  expect(hook.now()).toMatchObject({ stage: "cancelled" });
  expect(fetch).toHaveBeenCalledOnce();
});

test("a new answer ends the one before it", async () => {
  const first = new FakeStream();
  const second = new FakeStream();
  respondWith(first.response, second.response);
  const hook = render();
  await hook.start();
  first.send({ event: "token", text: "first" });
  await hook.shows("first");
  await hook.start();
  second.send({ event: "token", text: "second" });
  await hook.shows("second");
  await act(async () => first.send({ event: "token", text: " late" }));
  expect(hook.now()).toMatchObject({ text: "second" });
});

test.each([
  ["malformed JSON", new Response("data: {oops\n\n", { headers: EVENT_STREAM })],
  [
    "a page of a proxy",
    new Response("<h1>Log in</h1>", { headers: { "Content-Type": "text/html" } }),
  ],
])("%s is not mistaken for a server that can't be reached", async (_, response) => {
  const log = vi.spyOn(console, "error").mockReturnValue();
  respondWith(response);
  const hook = render();
  await hook.start();
  await hook.reaches("failed");
  const sentence = "The server sent something that this page can't read.";
  expect(hook.now()).toMatchObject({ sentence });
  expect(log).toHaveBeenCalledWith(expect.objectContaining({ name: "MalformedStreamError" }));
});

test("a bug is logged, and not mistaken for a server that can't be reached", async () => {
  const log = vi.spyOn(console, "error").mockReturnValue();
  const bug = new TypeError("undefined is not a function");
  const response = new FakeStream().response;
  vi.spyOn(response.headers, "get").mockImplementation(() => {
    throw bug;
  });
  respondWith(response);
  const hook = render();
  await hook.start();
  await hook.reaches("failed");
  expect(hook.now()).toMatchObject({ sentence: "Something went wrong on this page." });
  expect(log).toHaveBeenCalledWith(bug);
});

test("an event of an unknown kind is skipped", async () => {
  const stream = new FakeStream();
  respondWith(stream.response);
  const hook = render();
  await hook.start();
  stream.write('event: later\ndata: {"event":"later"}\n\n');
  stream.send({ event: "token", text: "known" });
  await hook.shows("known");
});

test("start and cancel stay the same between renders", async () => {
  respondWith(new FakeStream().response);
  const hook = render();
  const functions = hook.functions();
  await hook.start();
  await hook.cancel();
  expect(hook.functions()).toEqual(functions);
});

test("leaving the page aborts the request", async () => {
  const fetch = respondWith(new FakeStream().response);
  const hook = render();
  await hook.start();
  await waitFor(() => expect(fetch).toHaveBeenCalledOnce());
  hook.unmount();
  expect(fetch.mock.lastCall?.[0].signal.aborted).toBe(true);
});
