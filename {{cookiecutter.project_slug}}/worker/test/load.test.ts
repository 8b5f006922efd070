import { expect, test } from "vitest";
import { Estimate } from "../scaling/load";

function known(load: number, inUse: number, age: number): Estimate {
  const estimate = new Estimate(() => 1e12);
  estimate.merge({ load, inUse, age, resting: [] });
  return estimate;
}

test("who knows nothing uses one instance", () => {
  expect(new Estimate(() => 1e12).knowledge).toMatchObject({ load: 0, inUse: 1 });
});

test("younger knowledge counts for more", () => {
  const estimate = known(10, 12, 60_000);
  estimate.merge({ load: 5, inUse: 6, age: 0 });
  expect(estimate.load).toBeCloseTo(5, 1);
  estimate.merge({ load: 9, inUse: 12, age: 60_000, resting: [] });
  expect(estimate.load).toBeCloseTo(5, 1);
});

test("the first instance is filled, and never more are used than the load needs", () => {
  expect(known(0.99, 100, 0).inUse).toBe(1);
  expect(known(1.5, 100, 0).inUse).toBe(2);
  expect(known(82, 1000, 0).inUse).toBeLessThanOrEqual(100);
});

test("measurements move the estimate slowly, and more so after a pause", () => {
  const [busy, quiet] = [known(5, 6, 0), known(5, 6, 0)];
  busy.measure(0, 0);
  quiet.measure(0, 25_000);
  expect(busy.load).toBeCloseTo(4.75);
  expect(quiet.load).toBeCloseTo(2.5);
});

test("who rests is told on, and forgotten when the rest is over", () => {
  let now = 1e12;
  const clock = () => now;
  const [one, other] = [new Estimate(clock), new Estimate(clock)];
  one.rest(7, now + 1000);
  one.rest(3, now + 5000);
  one.rest(3, now + 500);
  other.merge(one.knowledge);
  expect(other.resting.map(([instance]) => instance)).toEqual([3, 7]);
  now += 1000;
  expect(other.resting).toEqual([[3, 1e12 + 5000]]);
});

test("growing adds one instance, and shrinking leaves those that can be in use", () => {
  const estimate = known(3, 4, 0);
  estimate.grow();
  expect(estimate.inUse).toBe(5);
  estimate.shrink(2);
  expect(estimate.knowledge).toMatchObject({ load: 2, inUse: 2 });
});
