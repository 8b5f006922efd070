import { afterEach, expect, test, vi } from "vitest";
import { FakeStream, problem, respondWith } from "../api/testing";
import type { Message } from "../api/types.gen";
import { newTurn, type Progress, type Turn } from "./state";
import { excess, streamAnswer } from "./stream";

afterEach(() => vi.useRealTimers());

const EVENT_STREAM = { "Content-Type": "text/event-stream" };
const LOST = "The connection was lost before the answer was complete.";
const BEGIN: Progress = { type: "leftOut", turns: 0 };

/** A turn whose answer is complete, or, without an answer, one that has just begun. */
function turn(id: number, prompt: string, answer?: string): Turn {
  const begun = newTurn(id, prompt);
  if (answer === undefined) return begun;
  return { ...begun, answer: { ...begun.answer, stage: "done", text: answer, endedAt: 1 } };
}

/** Asks a question, and collects the steps of its answer. */
function ask(turns: Turn[] = [turn(0, "hello")], leftOut = 0) {
  const controller = new AbortController();
  const steps: Progress[] = [];
  const run = async () => {
    for await (const step of streamAnswer({ turns, leftOut }, controller.signal)) steps.push(step);
  };
  const ended = run();
  ended.catch(() => undefined);
  return {
    steps,
    ended,
    stop: () => controller.abort(),
    next: (step: Progress) => expect.poll(() => steps.at(-1)).toEqual(step),
  };
}

async function lastStep(answer: ReturnType<typeof ask>): Promise<Progress | undefined> {
  await answer.ended;
  return answer.steps.at(-1);
}

function sentMessages(fetch: ReturnType<typeof respondWith>): Promise<{ messages: Message[] }[]> {
  return Promise.all(fetch.mock.calls.map(([request]) => request.clone().json()));
}

test("an answer arrives event by event, until it is done", async () => {
  const stream = new FakeStream();
  const fetch = respondWith(stream.response);
  const answer = ask();
  stream.send({ event: "status", text: "Searching…" });
  await answer.next({ type: "status", text: "Searching…" });
  stream.send({ event: "source", title: "A page", url: "https://example.org/" });
  await answer.next({ type: "source", title: "A page", url: "https://example.org/" });
  stream.write(': keep-alive\n\nevent: token\ndata: {"event":"tok');
  stream.write('en","text":"two ✓"}\n\n');
  await answer.next({ type: "token", text: "two ✓" });
  stream.send({ event: "done", tokens: 2, usage: null });
  expect(await lastStep(answer)).toEqual({ type: "done" });
  expect(await sentMessages(fetch)).toEqual([{ messages: [{ role: "user", content: "hello" }] }]);
});

test("the whole conversation is sent, without prompts that got no answer", async () => {
  const fetch = respondWith(problem(500));
  await lastStep(ask([turn(0, "one", "1"), turn(1, "two", ""), turn(2, "three")]));
  expect(await sentMessages(fetch)).toEqual([
    {
      messages: [
        { role: "user", content: "one" },
        { role: "assistant", content: "1" },
        { role: "user", content: "three" },
      ],
    },
  ]);
});

test("stopping ends the request", async () => {
  const fetch = respondWith(new FakeStream().response);
  const answer = ask();
  await expect.poll(() => fetch).toHaveBeenCalledOnce();
  answer.stop();
  expect(fetch.mock.lastCall?.[0].signal.aborted).toBe(true);
});

test.each([
  ["ends too early", (stream: FakeStream) => stream.end()],
  ["breaks off", (stream: FakeStream) => stream.break()],
])("a stream that %s fails", async (_, stop) => {
  const stream = new FakeStream();
  respondWith(stream.response);
  const answer = ask();
  stream.send({ event: "token", text: "partial" });
  await answer.next({ type: "token", text: "partial" });
  stop(stream);
  expect(await lastStep(answer)).toEqual({ type: "failed", sentence: LOST });
});

test("an error event is shown in the server's words", async () => {
  const stream = new FakeStream();
  respondWith(stream.response);
  const answer = ask();
  stream.send({ event: "error", detail: "The model is out of paper." });
  expect(await lastStep(answer)).toEqual({
    type: "failed",
    sentence: "The model is out of paper.",
  });
});

test.each([
  [new TypeError("Failed to fetch"), "The server can't be reached. Try again in a moment."],
  [problem(429, {}, { "Retry-After": "30" }), "Too many requests. Try again in 30 seconds."],
  [
    problem(500, { detail: "Something went wrong on our side." }),
    "Something went wrong on our side.",
  ],
  [new Response("<h1>Bad gateway</h1>", { status: 502 }), "The server responded with 502."],
])("%o becomes a sentence", async (response, sentence) => {
  respondWith(response);
  expect(await lastStep(ask())).toEqual({ type: "failed", sentence });
});

test("the page says that it is offline", async () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  respondWith(new TypeError("Failed to fetch"));
  expect(await lastStep(ask())).toEqual({ type: "failed", sentence: "You are offline." });
});

test.each([
  [422, { errors: [{ pointer: "/messages/0/content", detail: "Too rude." }] }, "Too rude."],
  [413, {}, "This is too long."],
])("a prompt that the server rejects is refused: %i", async (status, body, sentence) => {
  respondWith(problem(status, body));
  expect(await lastStep(ask())).toEqual({ type: "refused", sentence });
});

test("a request to a starting backend is repeated after the time that it states", async () => {
  vi.useFakeTimers();
  const stream = new FakeStream();
  const fetch = respondWith(problem(503, {}, { "Retry-After": "7" }), stream.response);
  const answer = ask();
  const text = "The server is starting. Retrying in 7 seconds.";
  await answer.next({ type: "status", text });
  await vi.advanceTimersByTimeAsync(6900);
  expect(fetch).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(200);
  expect(fetch).toHaveBeenCalledTimes(2);
  stream.send({ event: "token", text: "here" });
  await answer.next({ type: "token", text: "here" });
});

test("retries end if the backend doesn't start", async () => {
  vi.useFakeTimers();
  const responses = Array.from({ length: 6 }, () => problem(503, {}, { "Retry-After": "1" }));
  const fetch = respondWith(...responses);
  const answer = ask();
  await vi.advanceTimersByTimeAsync(6000);
  const sentence = "The server is not available. Try again in 1 second.";
  expect(await lastStep(answer)).toEqual({ type: "failed", sentence });
  expect(fetch).toHaveBeenCalledTimes(6);
});

test("stopping ends the retries", async () => {
  vi.useFakeTimers();
  const fetch = respondWith(problem(503, {}, { "Retry-After": "1" }));
  const answer = ask();
  await answer.next({ type: "status", text: "The server is starting. Retrying in 1 second." });
  answer.stop();
  await vi.advanceTimersByTimeAsync(5000);
  await expect(answer.ended).rejects.toMatchObject({ name: "AbortError" });
  expect(fetch).toHaveBeenCalledOnce();
});

test("a server that is slow to respond counts as starting", async () => {
  vi.useFakeTimers();
  const stream = new FakeStream();
  let respond: (response: Response) => void = () => undefined;
  respondWith(new Promise((resolve) => (respond = resolve)));
  const answer = ask();
  await vi.advanceTimersByTimeAsync(1400);
  expect(answer.steps).toEqual([BEGIN]);
  await vi.advanceTimersByTimeAsync(200);
  expect(answer.steps).toEqual([BEGIN, { type: "status", text: "The server is starting…" }]);
  respond(stream.response);
  stream.send({ event: "token", text: "here" });
  await answer.next({ type: "token", text: "here" });
});

test("the oldest turns are left out until the server accepts the rest", async () => {
  const fetch = respondWith(problem(413), problem(413), problem(500));
  const turns = Array.from({ length: 8 }, (_, id) => turn(id, `prompt ${id}`, "answer"));
  const answer = ask(turns, 1);
  await answer.ended;
  expect(answer.steps.filter(({ type }) => type === "leftOut")).toEqual([
    { type: "leftOut", turns: 1 },
    { type: "leftOut", turns: 5 },
    { type: "leftOut", turns: 7 },
  ]);
  const sent = await sentMessages(fetch);
  expect(sent.map(({ messages }) => messages[0]?.content)).toEqual([
    "prompt 1",
    "prompt 5",
    "prompt 7",
  ]);
});

test.each([
  [50, "", 0],
  [51, "", 1],
  [10, "x".repeat(100_000), 0],
  [10, "x".repeat(100_001), 4],
])("turns beyond the API's limits are left out beforehand: %i turns", (count, fourth, leftOut) => {
  const turns = Array.from({ length: count }, (_, id) =>
    turn(id, "prompt", id === 3 ? fourth : "answer"),
  );
  expect(excess(turns)).toBe(leftOut);
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
  const sentence = "The server sent something that this page can't read.";
  expect(await lastStep(ask())).toEqual({ type: "failed", sentence });
  expect(log).toHaveBeenCalledWith(expect.objectContaining({ name: "MalformedStreamError" }));
});

test("a bug is logged, and not mistaken for a server that can't be reached", async () => {
  const log = vi.spyOn(console, "error").mockReturnValue();
  const bug = new TypeError("undefined is not a function");
  const { response } = new FakeStream();
  vi.spyOn(response.headers, "get").mockImplementation(() => {
    throw bug;
  });
  respondWith(response);
  const sentence = "Something went wrong on this page.";
  expect(await lastStep(ask())).toEqual({ type: "failed", sentence });
  expect(log).toHaveBeenCalledWith(bug);
});

test("an event of an unknown kind is skipped", async () => {
  const stream = new FakeStream();
  respondWith(stream.response);
  const answer = ask();
  stream.write('event: later\ndata: {"event":"later"}\n\n');
  stream.send({ event: "token", text: "known" });
  await answer.next({ type: "token", text: "known" });
  expect(answer.steps).toHaveLength(2);
});
