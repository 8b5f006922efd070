import { beforeEach, expect, test } from "vitest";
import { Gauge } from "../scaling/gauge";
import type { Ask, Reply } from "../scaling/load";

const LIMIT = 10;
let now: number;
let gauge: Gauge;

beforeEach(() => {
  now = 1e12;
  gauge = new Gauge(LIMIT, 10, () => now);
});

const ask = (changes: Partial<Ask> = {}): Ask => ({
  load: 4,
  inUse: 5,
  age: 0,
  rank: 2,
  resting: [],
  shared: false,
  join: false,
  must: false,
  ...changes,
});

const reply = (): Reply => JSON.parse(gauge.reply(0));

test("it accepts up to its limit, and beyond if it must", () => {
  expect(gauge.refusal(ask(), LIMIT - 1, true)).toBeUndefined();
  expect(gauge.refusal(ask(), LIMIT, true)).toBe("full");
  expect(gauge.refusal(ask({ must: true }), 2 * LIMIT, true)).toBeUndefined();
});

/** How many of so many requests it refuses while it is full and none is left to wake. */
function refusals(requests: number, running = LIMIT): number {
  const answers = Array.from({ length: requests }, () =>
    gauge.refusal(ask({ shared: true }), running, true),
  );
  return answers.filter((refusal) => refusal === "full").length;
}

test("when none is left to wake, it refuses fewer than end", () => {
  refusals(100);
  expect(refusals(100)).toBe(0);
  for (let ended = 0; ended < 20; ended += 1) {
    gauge.count(LIMIT + 1);
    gauge.count(LIMIT);
  }
  expect(refusals(100)).toBe(5);
});

test("when none is left to wake, it refuses the more readily the more it runs", () => {
  refusals(100);
  expect(refusals(100)).toBe(0);
  expect(refusals(100, 1.1 * LIMIT)).toBe(2);
  expect(refusals(100, 2 * LIMIT)).toBe(3);
});

test("of three, it accepts beyond its limit only if the others are full too", () => {
  gauge = new Gauge(LIMIT, 3, () => now);
  const full = ask({ load: 3, inUse: 3, shared: true });
  gauge.refusal(full, 0, true);
  gauge.hear(1, true);
  gauge.hear(2, false);
  for (let request = 0; request < 20; request += 1) {
    expect(gauge.refusal(full, LIMIT, true)).toBe("full");
  }
  expect(JSON.parse(gauge.reply(LIMIT, "full"))).toMatchObject({ hint: 1 });
  gauge.hear(1, false);
  expect(gauge.refusal(full, 2 * LIMIT, true)).toBeUndefined();
});

test("the others are told only of changes, where they are few and all in use", () => {
  const news = (instances: number, load: number) => {
    const few = new Gauge(LIMIT, instances, () => now);
    few.refusal(ask({ load, inUse: instances }), LIMIT, true);
    return [LIMIT - 1, LIMIT, LIMIT + 1, LIMIT, LIMIT - 1].map((running) => few.count(running));
  };
  expect(news(3, 3)).toEqual([undefined, false, undefined, undefined, true]);
  expect(news(5, 5)).toEqual([undefined, false, undefined, undefined, true]);
  expect(news(3, 1)).toEqual(Array(5).fill(undefined));
  expect(news(10, 10)).toEqual(Array(5).fill(undefined));
});

test("asleep, it wakes for fresh knowledge and not for old, unless it comes first", () => {
  expect(gauge.refusal(ask({ age: 60_000 }), 0, false)).toBe("unused");
  expect(gauge.refusal(ask({ age: 60_000, rank: 0 }), 0, false)).toBeUndefined();
  expect(gauge.refusal(ask(), 0, false)).toBeUndefined();
});

test("beyond those in use it refuses, unless they are full", () => {
  expect(gauge.refusal(ask({ rank: 7 }), 3, true)).toBe("unused");
  expect(gauge.refusal(ask({ rank: 7, join: true }), 3, true)).toBeUndefined();
});

test("it measures only requests that any of those in use could have got", () => {
  gauge.refusal(ask(), 8, true);
  const { load } = reply();
  now += 1000;
  gauge.refusal(ask({ inUse: 1, load: 1, age: 1e12, rank: 0 }), LIMIT, true);
  expect(reply().load).toBeCloseTo(load);
  gauge.refusal(ask({ age: 1e12 }), LIMIT, true);
  expect(reply().load).toBeGreaterThan(load);
});

test("after each failed start in a row it rests for longer, once for all who waited", () => {
  const rests = [1, 2, 3, 4, 5, 6, 7].map(() => {
    gauge.failed();
    gauge.failed();
    const { rest } = reply();
    expect(gauge.refusal(ask({ rank: 0 }), 0, false)).toBe("resting");
    expect(gauge.refusal(ask({ must: true }), 0, false)).toBeUndefined();
    now += rest;
    expect(gauge.refusal(ask({ rank: 0 }), 0, false)).toBeUndefined();
    return rest / 1000;
  });
  expect(rests).toEqual([10, 20, 40, 80, 160, 300, 300]);
  gauge.started();
  gauge.failed();
  expect(reply().rest).toBe(10_000);
});
