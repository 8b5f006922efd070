import { beforeEach, expect, test } from "vitest";
import { Gauge } from "../scaling/gauge";
import { type Ask, LOAD_HEADER, type Refusal } from "../scaling/load";
import { Router } from "../scaling/router";
import { seeded } from "./simulation";

interface Instance {
  gauge: Gauge;
  running: number;
  awake: boolean;
  broken: boolean;
}

const LIMIT = 2;
const random = seeded(1);
let now: number;
let instances: Instance[];
let asked: number[];

const clock = () => now;
const router = () => new Router(clock, random);

beforeEach(() => {
  now = 1e12;
  asked = [];
  create(4);
});

function create(number: number): void {
  instances = Array.from({ length: number }, () => ({
    gauge: new Gauge(LIMIT, number, clock),
    running: 0,
    awake: false,
    broken: false,
  }));
}

/** Begins or ends requests of an instance, and tells the others what they have to know. */
function run(number: number, change: number): void {
  const instance = instances[number] as Instance;
  instance.running += change;
  const hasRoom = instance.gauge.count(instance.running);
  if (hasRoom === undefined) return;
  for (const { gauge } of instances) if (gauge !== instance.gauge) gauge.hear(number, hasRoom);
}

/** Offers a request to an instance, as the Durable Object does; accepted ones run for ever. */
async function send(number: number, text: string): Promise<Response> {
  asked.push(number);
  now += 1;
  const instance = instances[number] as Instance;
  const respond = (refusal?: Refusal) => {
    const headers = { [LOAD_HEADER]: instance.gauge.reply(instance.running, refusal) };
    return new Response(`${number}`, { headers, status: refusal ? 503 : 200 });
  };
  const ask: Ask = JSON.parse(text);
  const refusal = instance.gauge.refusal(ask, instance.running, instance.awake);
  if (refusal) return respond(refusal);
  if (instance.broken) {
    instance.gauge.failed();
    return respond("down");
  }
  instance.awake = true;
  run(number, 1);
  return respond();
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

test("while the first has room, a request is one message to it", async () => {
  await served(router(), LIMIT);
  expect(asked).toEqual([0, 0]);
});

test("the next one is woken only when those before are full", async () => {
  expect(await served(router(), 4 * LIMIT)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
});

test("requests that arrive at once wake no more than they need", async () => {
  const isolate = router();
  await Promise.all(Array.from({ length: 2 * LIMIT }, () => served(isolate, 1)));
  expect(instances.map(({ running }) => running)).toEqual([2, 2, 0, 0]);
});

test("an isolate that knows nothing learns from a refusal which are in use", async () => {
  create(100);
  await served(router(), 49 * LIMIT + 1);
  asked = [];
  await served(router(), 1);
  expect(asked[0]).toBe(0);
  expect(asked.length).toBeLessThanOrEqual(5);
});

test("when all have slept, an isolate that knew of more begins with the first again", async () => {
  create(100);
  const isolate = router();
  await served(isolate, 50 * LIMIT);
  for (const instance of instances) Object.assign(instance, { running: 0, awake: false });
  now += 600_000;
  asked = [];
  expect(await served(isolate, 1)).toEqual([0]);
  expect(asked.length).toBeLessThanOrEqual(5);
  asked = [];
  expect(await served(isolate, LIMIT)).toEqual([0, 1]);
  expect(asked).toEqual([0, 0, 1]);
});

test("when all are full, they share what comes, at little more than a message each", async () => {
  const isolate = router();
  await served(isolate, 4 * LIMIT);
  asked = [];
  await served(isolate, 400);
  expect(asked.length).toBeLessThanOrEqual(1.3 * 400);
  for (const { running } of instances) expect(running).toBeGreaterThan(400 / 4 / 2);
});

test("three that are full know which of them has room again", async () => {
  create(3);
  const isolate = router();
  await served(isolate, 6 * LIMIT);
  for (const number of [0, 1, 2]) run(number, LIMIT - 1 - (instances[number]?.running ?? 0));
  for (const number of [0, 1, 2]) run(number, 1);
  asked = [];
  await served(isolate, 3);
  expect(asked).toHaveLength(3); // none has room, which each of them knows
  run(2, -2);
  for (let fresh = 0; fresh < 20; fresh += 1) {
    run(2, instances[2]?.running === LIMIT ? -1 : 0);
    asked = [];
    expect(await served(router(), 1)).toEqual([2]);
    expect(asked.length).toBeLessThanOrEqual(2);
  }
});

test("where there is only one, it has to accept", async () => {
  create(1);
  await served(router(), 3 * LIMIT);
  expect(asked).toHaveLength(3 * LIMIT);
});

test("one that cannot start is passed over, and tried again after a while", async () => {
  (instances[0] as Instance).broken = true;
  const isolate = router();
  expect(await served(isolate, 2)).toEqual([1, 1]);
  expect(asked).toEqual([0, 1, 1]);
  expect(await served(router(), 1)).toEqual([2]);
  now += 10_000;
  asked = [];
  await served(isolate, 1);
  expect(asked).toContain(0);
});

test("isolates hear from instances which other one cannot start", async () => {
  (instances[1] as Instance).broken = true;
  await served(router(), LIMIT + 2);
  asked = [];
  await served(router(), 3 * LIMIT);
  expect(asked).not.toContain(1);
});

test("where no further one can start, those that run share the load", async () => {
  for (const instance of instances.slice(1)) instance.broken = true;
  expect(await served(router(), 9 * LIMIT)).toEqual(Array(9 * LIMIT).fill(0));
});

test("while one cannot start, those that run take the request rather than others be woken", async () => {
  const isolate = router();
  await served(isolate, LIMIT + 1);
  Object.assign(instances[0] as Instance, { running: 0, awake: false, broken: true });
  (instances[2] as Instance).broken = true;
  now += 2000;
  expect(new Set(await served(isolate, 20))).toEqual(new Set([1, 3]));
});

test("two that cannot start end a request; the next one tries others, and then these again", async () => {
  for (const instance of instances) instance.broken = true;
  const isolate = router();
  for (let i = 0; i < 3; i += 1) {
    const response = await isolate.dispatch(send, instances.length);
    expect(response.status).toBe(503);
  }
  expect(asked.slice(0, 4)).toEqual([0, 1, 2, 3]);
  for (const instance of instances) instance.broken = false;
  expect(await served(isolate, 1)).toEqual([0]);
});
