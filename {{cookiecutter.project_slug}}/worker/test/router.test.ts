import { beforeEach, expect, test } from "vitest";
import { Gauge, readAsk } from "../scaling/gauge";
import { FORMER_HEADER, Router, SCALING_HEADER } from "../scaling/router";

interface Instance {
  gauge: Gauge;
  running: number;
  broken: boolean;
  /** It runs the version before this one, which knows only the former header. */
  former: boolean;
}

const LIMIT = 2;
let now: number;
let seed: number;
let instances: Instance[];
let asked: number[];

const clock = () => now;
const router = () => new Router(clock, random);

/** Returns numbers from 0 up to 1 that are the same in each run. */
function random(): number {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647;
}

beforeEach(() => {
  now = 1e12;
  seed = 1;
  asked = [];
  create(4);
});

function create(number: number): void {
  instances = Array.from({ length: number }, () => ({
    gauge: new Gauge(LIMIT, number, clock),
    running: 0,
    broken: false,
    former: false,
  }));
}

/** Offers a request to an instance, as the Durable Object does. An accepted one never ends. */
async function send(number: number, ask: string): Promise<Response> {
  asked.push(number);
  now += 1;
  const instance = instances[number] as Instance;
  const { gauge, former, broken } = instance;
  const headers = new Headers(former ? {} : { [SCALING_HEADER]: ask });
  let refusal = gauge.refusal(former ? {} : readAsk(headers), instance.running);
  if (!refusal && broken) {
    gauge.failed();
    refusal = "down";
  }
  if (!refusal) instance.running += 1;
  return new Response(`${number}`, {
    headers: { [former ? FORMER_HEADER : SCALING_HEADER]: gauge.reply(refusal) },
    status: refusal ? 503 : 200,
  });
}

async function served(by: Router, requests: number): Promise<number[]> {
  const numbers: number[] = [];
  for (let i = 0; i < requests; i += 1) {
    const response = await by.dispatch(send, instances.length);
    expect(response.status).toBe(200);
    numbers.push(Number(await response.text()));
  }
  return numbers;
}

test("a request costs one message while the first instance has room", async () => {
  await served(router(), LIMIT);
  expect(asked).toEqual([0, 0]);
});

test("an instance starts only when those before it are full", async () => {
  const isolate = router();
  for (let started = 0; started < instances.length; ) {
    const [number] = await served(isolate, 1);
    if (number !== started) continue;
    for (const { running } of instances.slice(0, started)) {
      expect(running).toBeGreaterThanOrEqual(LIMIT);
    }
    started += 1;
  }
});

test("requests that arrive together start only the instances that they need", async () => {
  const isolate = router();
  await Promise.all(Array.from({ length: 2 * LIMIT }, () => served(isolate, 1)));
  expect(instances.map(({ running }) => running)).toEqual([LIMIT, LIMIT, 0, 0]);
});

test("full instances share further requests, which take at most six messages each", async () => {
  const isolate = router();
  await served(isolate, 4 * LIMIT);
  for (let request = 0; request < 100; request += 1) {
    asked = [];
    await served(isolate, 1);
    expect(asked.length).toBeLessThanOrEqual(6);
  }
  for (const { running } of instances) expect(running).toBeGreaterThan(10);
});

test("when the load falls, requests stay with the first instance", async () => {
  create(100);
  const isolate = router();
  await served(isolate, 50 * LIMIT);
  for (const instance of instances) instance.running = 0;
  now += 600_000;
  expect(await served(isolate, 1)).toEqual([0]);
  asked = [];
  expect(await served(isolate, LIMIT)).toEqual([0, 1]);
  expect(asked.length).toBeLessThanOrEqual(4);
});

test("a single instance accepts everything, in one message", async () => {
  create(1);
  await served(router(), 3 * LIMIT);
  expect(asked).toHaveLength(3 * LIMIT);
});

test("an instance that can't start is skipped, and tried again after its rest", async () => {
  (instances[0] as Instance).broken = true;
  const isolate = router();
  expect(await served(isolate, 2)).toEqual([1, 1]);
  expect(asked).toEqual([0, 1, 1]);
  now += 10_000;
  asked = [];
  await served(isolate, 1);
  expect(asked).toContain(0);
});

test("when no other instance can start, those that run share the load", async () => {
  for (const instance of instances.slice(1)) instance.broken = true;
  expect(await served(router(), 9 * LIMIT)).toEqual(Array(9 * LIMIT).fill(0));
});

test("a request fails after two instances that can't start; the next one tries others", async () => {
  for (const instance of instances) instance.broken = true;
  const isolate = router();
  for (let request = 0; request < 2; request += 1) {
    expect((await isolate.dispatch(send, instances.length)).status).toBe(503);
  }
  expect(asked).toEqual([0, 1, 2, 3]);
  for (const instance of instances) instance.broken = false;
  await served(isolate, 1);
});

test("during a deployment, a refusal with only the former header counts as full", async () => {
  const [first, second] = instances as [Instance, Instance];
  Object.assign(first, { former: true, running: LIMIT });
  Object.assign(second, { former: true, running: LIMIT });
  expect(await served(router(), 1)).toEqual([2]);
});

test("during a deployment, an instance serves a Worker that sends only the former header", () => {
  const ask = readAsk(new Headers({ [FORMER_HEADER]: '{"load":3,"inUse":4,"age":0}' }));
  expect(new Gauge(LIMIT, 4, clock).refusal(ask, LIMIT)).toBeUndefined();
});

test("a response without a header, such as a WebSocket, is returned unchanged", async () => {
  const response = new Response(null, { status: 503 });
  expect(await router().dispatch(async () => response, 3)).toBe(response);
});
