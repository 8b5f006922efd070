import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { answerWith, FakeStream, problem } from "./testing";
import { useStream } from "./useStream";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function render() {
  const { result, unmount } = renderHook(useStream, { wrapper: StrictMode });
  return {
    now: () => result.current,
    start: () => act(async () => void result.current.start("hello")),
    cancel: () => act(async () => result.current.cancel()),
    reaches: (stage: string) => waitFor(() => expect(result.current.stage).toBe(stage)),
    shows: (text: string) => waitFor(() => expect(result.current.text).toBe(text)),
    unmount,
  };
}

test("an answer arrives event by event, until it is done", async () => {
  const stream = new FakeStream();
  const fetch = answerWith(stream.response);
  const hook = render();
  await hook.start();
  expect(hook.now().stage).toBe("connecting");
  expect(JSON.parse(String(fetch.mock.calls[0]?.[1]?.body))).toEqual({ prompt: "hello" });

  stream.send({ event: "token", text: "One " });
  await hook.shows("One ");
  expect(hook.now().stage).toBe("streaming");

  stream.write(': keep-alive\n\nevent: token\ndata: {"event":"tok');
  stream.write('en","text":"two ✓"}\n\n');
  await hook.shows("One two ✓");

  stream.send({ event: "done", tokens: 2 });
  await hook.reaches("done");
  expect(hook.now().endedAt).toBeGreaterThanOrEqual(hook.now().startedAt ?? Infinity);
  expect(fetch).toHaveBeenCalledOnce();
});

test("cancelling keeps what has arrived and tells the server", async () => {
  const stream = new FakeStream();
  const fetch = answerWith(stream.response);
  const hook = render();
  await hook.start();
  stream.send({ event: "token", text: "partial" });
  await hook.shows("partial");

  await hook.cancel();
  expect(hook.now()).toMatchObject({ stage: "cancelled", text: "partial", sentence: undefined });
  expect(fetch.mock.calls[0]?.[1]?.signal?.aborted).toBe(true);

  await act(async () => stream.send({ event: "token", text: " late" }));
  expect(hook.now()).toMatchObject({ stage: "cancelled", text: "partial" });
});

test.each([
  ["ends too early", (stream: FakeStream) => stream.end()],
  ["breaks off", (stream: FakeStream) => stream.break()],
])("a stream that %s keeps what has arrived", async (_, stop) => {
  const stream = new FakeStream();
  answerWith(stream.response);
  const hook = render();
  await hook.start();
  stream.send({ event: "token", text: "partial" });
  await hook.shows("partial");
  stop(stream);
  await hook.reaches("failed");
  expect(hook.now().text).toBe("partial");
  expect(hook.now().sentence).toBe("The connection was lost before the answer was complete.");
});

test("an error event is shown as the server says it", async () => {
  const stream = new FakeStream();
  answerWith(stream.response);
  const hook = render();
  await hook.start();
  stream.send({ event: "error", detail: "The model is out of paper." });
  await hook.reaches("failed");
  expect(hook.now().sentence).toBe("The model is out of paper.");
});

test.each([
  [new TypeError("Failed to fetch"), "The server can't be reached. Try again in a moment."],
  [problem(429, {}, { "Retry-After": "30" }), "Too many requests. Try again in 30 seconds."],
  [problem(413), "This is too long."],
  [
    problem(500, { detail: "Something went wrong on our side." }),
    "Something went wrong on our side.",
  ],
  [new Response("<h1>Bad gateway</h1>", { status: 502 }), "The server answered 502."],
])("%o becomes a sentence", async (answer, sentence) => {
  answerWith(answer);
  const hook = render();
  await hook.start();
  await hook.reaches("failed");
  expect(hook.now().sentence).toBe(sentence);
  expect(hook.now().invalid).toBe(false);
});

test("being offline is said", async () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  answerWith(new TypeError("Failed to fetch"));
  const hook = render();
  await hook.start();
  await hook.reaches("failed");
  expect(hook.now().sentence).toBe("You are offline.");
});

test("a prompt that the server refuses is said at the field", async () => {
  const errors = [{ pointer: "/prompt", detail: "At most 10 characters." }];
  answerWith(problem(422, { errors }));
  const hook = render();
  await hook.start();
  await hook.reaches("failed");
  expect(hook.now()).toMatchObject({ sentence: "At most 10 characters.", invalid: true });
});

test("a backend that is not there is asked again after the time it names", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const stream = new FakeStream();
  const fetch = answerWith(problem(503, {}, { "Retry-After": "7" }), stream.response);
  const hook = render();
  await hook.start();
  await hook.reaches("waiting");
  expect(hook.now().sentence).toBe("The server is starting. Asking again in 7 seconds.");

  await act(() => vi.advanceTimersByTimeAsync(6000));
  expect(fetch).toHaveBeenCalledOnce();
  await act(() => vi.advanceTimersByTimeAsync(1500));
  expect(fetch).toHaveBeenCalledTimes(2);
  stream.send({ event: "token", text: "here" });
  await hook.shows("here");
  expect(hook.now().sentence).toBeUndefined();
});

test("it stops asking a backend that stays away", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const answers = Array.from({ length: 6 }, () => problem(503, {}, { "Retry-After": "1" }));
  const fetch = answerWith(...answers);
  const hook = render();
  await hook.start();
  await act(() => vi.advanceTimersByTimeAsync(6000));
  await hook.reaches("failed");
  expect(fetch).toHaveBeenCalledTimes(6);
  expect(hook.now().sentence).toBe("The server is not available. Try again in 1 second.");
});

test("cancelling ends the wait", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const fetch = answerWith(problem(503, {}, { "Retry-After": "1" }));
  const hook = render();
  await hook.start();
  await hook.reaches("waiting");
  await hook.cancel();
  await act(() => vi.advanceTimersByTimeAsync(5000));
  expect(hook.now().stage).toBe("cancelled");
  expect(fetch).toHaveBeenCalledOnce();
});

test("a new answer ends the one before it", async () => {
  const first = new FakeStream();
  const second = new FakeStream();
  answerWith(first.response, second.response);
  const hook = render();
  await hook.start();
  first.send({ event: "token", text: "first" });
  await hook.shows("first");
  await hook.start();
  second.send({ event: "token", text: "second" });
  await hook.shows("second");
  await act(async () => first.send({ event: "token", text: " late" }));
  expect(hook.now().text).toBe("second");
});

test("leaving the page aborts the request", async () => {
  const fetch = answerWith(new FakeStream().response);
  const hook = render();
  await hook.start();
  hook.unmount();
  expect(fetch.mock.calls[0]?.[1]?.signal?.aborted).toBe(true);
});
