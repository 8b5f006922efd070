import { beforeEach, expect, test } from "vitest";
import { Gauge, readAsk } from "../scaling/gauge";
import type { Ask, Reply } from "../scaling/router";

const LIMIT = 20;
let now: number;
let gauge: Gauge;

beforeEach(() => {
  now = 1e12;
  gauge = new Gauge(LIMIT, 10, () => now);
});

const ask = (changes: Partial<Ask> = {}): Ask => ({
  width: 5,
  age: 0,
  wake: false,
  must: false,
  ...changes,
});

const reply = (): Reply => JSON.parse(gauge.reply());

test("an instance accepts requests up to its limit, and beyond it if it must", () => {
  expect(gauge.refusal(ask(), LIMIT - 1)).toBeUndefined();
  expect(gauge.refusal(ask(), LIMIT)).toBe("full");
  expect(gauge.refusal(ask({ must: true }), 2 * LIMIT)).toBeUndefined();
});

test("it accepts a request that doesn't come from a router", () => {
  expect(gauge.refusal(readAsk(new Headers()), 2 * LIMIT)).toBeUndefined();
});

test("after five idle seconds, it accepts only a request that wakes it", () => {
  expect(gauge.refusal(ask(), 0)).toBe("idle");
  expect(gauge.refusal(ask({ wake: true }), 0)).toBeUndefined();
  now += 5000;
  expect(gauge.refusal(ask(), 0)).toBeUndefined();
  now += 5001;
  expect(gauge.refusal(ask(), 0)).toBe("idle");
});

test("a recent width counts more than an old one", () => {
  const widthAfter = (age: number) => {
    gauge = new Gauge(LIMIT, 10, () => now);
    gauge.refusal(ask({ width: 2, wake: true }), 0);
    now += 100;
    gauge.refusal(ask({ width: 8, age }), LIMIT - 3);
    return reply().width;
  };
  expect(widthAfter(0)).toBeGreaterThan(4);
  expect(widthAfter(60_000)).toBeLessThan(2.2);
});

test("the fuller it is, the wider the load", () => {
  const widthAt = (running: number) => {
    gauge = new Gauge(LIMIT, 10, () => now);
    for (let request = 0; request < 50; request += 1) {
      gauge.refusal(ask({ width: 5, age: 60_000, wake: true }), running);
    }
    return reply().width;
  };
  expect(widthAt(LIMIT / 2)).toBeLessThan(5);
  expect(widthAt(LIMIT)).toBeGreaterThan(5);
  expect(widthAt(2 * LIMIT)).toBeLessThanOrEqual(10);
});

test("each failed start makes the rest longer, however many requests waited for it", () => {
  const rests = [1, 2, 3, 4, 5, 6, 7].map(() => {
    gauge.failed();
    gauge.failed();
    const { rest } = reply();
    expect(gauge.refusal(ask({ wake: true }), 0)).toBe("resting");
    expect(gauge.refusal(ask({ must: true }), 0)).toBeUndefined();
    now += rest;
    expect(gauge.refusal(ask(), 0)).toBeUndefined();
    return rest / 1000;
  });
  expect(rests).toEqual([10, 20, 40, 80, 160, 300, 300]);
  gauge.started();
  gauge.failed();
  expect(reply().rest).toBe(10_000);
});
