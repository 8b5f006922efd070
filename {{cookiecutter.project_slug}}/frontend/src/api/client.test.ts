import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  vi.resetModules(); // the module remembers when it asked
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

interface Settle {
  resolve: (response: Response) => void;
  reject: (error: Error) => void;
}

/** Loads a fresh copy of the module, with a server whose responses the test controls. */
async function prepare() {
  const requests: Settle[] = [];
  vi.stubGlobal(
    "fetch",
    () => new Promise<Response>((resolve, reject) => requests.push({ resolve, reject })),
  );
  const { wakeServer } = await import("./client");
  const onStarting = vi.fn<(isStarting: boolean) => void>();
  return { requests, onStarting, wake: () => wakeServer(onStarting) };
}

test("the server's health is requested at most once in five minutes", async () => {
  const { requests, wake } = await prepare();
  wake();
  wake();
  expect(requests).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(4 * 60_000);
  wake();
  expect(requests).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(60_000);
  wake();
  expect(requests).toHaveLength(2);
});

test.each([
  ["responds", ({ resolve }: Settle) => resolve(new Response("{}"))],
  ["can't be reached", ({ reject }: Settle) => reject(new Error())],
])("a slow server counts as starting until it %s", async (_, settle) => {
  const { requests, onStarting, wake } = await prepare();
  const woken = wake();
  await vi.advanceTimersByTimeAsync(1400);
  expect(onStarting).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(onStarting.mock.calls).toEqual([[true]]);
  for (const request of requests) settle(request);
  await woken;
  expect(onStarting.mock.calls).toEqual([[true], [false]]);
});

test("a server that responds quickly doesn't count as starting", async () => {
  const { requests, onStarting, wake } = await prepare();
  const woken = wake();
  requests[0]?.resolve(new Response("{}"));
  await woken;
  await vi.advanceTimersByTimeAsync(5000);
  expect(onStarting.mock.calls).toEqual([[false]]);
});
