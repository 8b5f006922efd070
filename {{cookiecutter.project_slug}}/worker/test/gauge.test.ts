import { beforeEach, expect, test } from "vitest";
import { Gauge } from "../gauge";
import type { Ask, Reply } from "../load";

const LIMIT = 10;
let now: number;
let gauge: Gauge;

beforeEach(() => {
  now = 1e12;
  gauge = new Gauge(LIMIT, () => now);
});

const ask = (changes: Partial<Ask> = {}): Ask => ({
  load: 4,
  inUse: 5,
  age: 0,
  rank: 2,
  room: 1,
  join: false,
  must: false,
  ...changes,
});

const reply = (): Reply => JSON.parse(gauge.reply(0));

test("it accepts up to its limit, and beyond only if told to", () => {
  expect(gauge.refusal(ask(), LIMIT - 1, true)).toBeUndefined();
  expect(gauge.refusal(ask(), LIMIT, true)).toBe("full");
  expect(gauge.refusal(ask({ room: 1.2 }), LIMIT, true)).toBeUndefined();
  expect(gauge.refusal(ask({ room: 1.2 }), 1.2 * LIMIT, true)).toBe("full");
  expect(gauge.refusal(ask({ must: true }), 2 * LIMIT, true)).toBeUndefined();
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
