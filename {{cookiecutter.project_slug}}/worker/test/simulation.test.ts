import { expect, test } from "vitest";
import { simulate, steady } from "./simulation";

// A few of the many cases that the bounds were measured in: what takes seconds.

test.each([
  { instances: 3, isolates: 1, load: 0.1 },
  { instances: 3, isolates: 10, load: 0.5 },
  { instances: 10, isolates: 10, load: 0.5 },
  { instances: 10, isolates: 200, load: 0.1 },
  { instances: 100, isolates: 1, load: 0.1 },
  { instances: 100, isolates: 200, load: 0.1 },
])("$instances instances, $isolates isolates, load $load", async ({ load, ...scenario }) => {
  const rate = steady(load, scenario);
  const measured = await simulate({ ...scenario, rate, from: 360, until: 480 });
  expect(measured.failed).toBe(0);
  expect(measured.messages.mean).toBeLessThanOrEqual(1.3);
  expect(measured.messages.p99).toBeLessThanOrEqual(4);
  expect(measured.first).toBeLessThanOrEqual(5);
  expect(measured.overfilled).toBeLessThanOrEqual(0.005);
  expect(measured.awake).toBeLessThanOrEqual(1.25 * measured.fewest + 2);
});

test.each([
  { isolates: 1, load: 0.95 },
  { isolates: 200, load: 0.95 },
  { isolates: 10, load: 1.1 },
])(
  "three, $isolates isolates, load $load: only the last to be filled runs more than its limit",
  async ({ load, isolates }) => {
    const scenario = { instances: 3, isolates, latency: [0.005, 0.005] as [number, number] };
    const measured = await simulate({ ...scenario, rate: steady(load, scenario) });
    expect(measured.messages.mean).toBeLessThanOrEqual(1.3);
    expect(measured.messages.p99).toBeLessThanOrEqual(4);
    expect(measured.notices).toBeLessThanOrEqual(1.3);
    expect(measured.overfilled).toBeLessThanOrEqual(0.005);
  },
);

test("an overload that ended fills no instance beyond its limit for long", async () => {
  const scenario = { instances: 10, isolates: 200, from: 450, until: 570 };
  const full = steady(1, scenario);
  const rate = (time: number) => full(time) * (time < 420 ? 1.3 : 0.8);
  const measured = await simulate({ ...scenario, rate });
  expect(measured.overfilled).toBeLessThanOrEqual(0.02);
});

test("when more comes than all can run, a request still costs little more than a message", async () => {
  const scenario = { instances: 10, isolates: 10 };
  const measured = await simulate({ ...scenario, rate: steady(1.1, scenario), until: 480 });
  expect(measured.messages.mean).toBeLessThanOrEqual(1.3);
  expect(measured.messages.p99).toBeLessThanOrEqual(4);
});

test("one request at a time keeps one instance awake", async () => {
  const measured = await simulate({ rate: () => 0.02, duration: 0.1, longest: 1, until: 4000 });
  expect(measured.messages.most).toBe(1);
  expect(measured.awake).toBeLessThanOrEqual(1);
});

test("after the load fell to a tenth, the others sleep", async () => {
  const scenario = { instances: 30, isolates: 10, longest: 60, from: 720, until: 780 };
  const before = steady(0.6, scenario);
  const rate = (time: number) => (time < 360 ? before(time) : before(time) / 10);
  const measured = await simulate({ ...scenario, rate });
  expect(measured.awakeAtEnd).toBeLessThanOrEqual(1.5 * measured.fewestAtPeak);
});

test("an instance that cannot start costs nothing else", async () => {
  const scenario = { broken: [0], rate: steady(0.3), until: 540 };
  const measured = await simulate(scenario);
  expect(measured.failed).toBe(0);
  expect(measured.messages.mean).toBeLessThanOrEqual(1.3);
  expect(measured.overfilled).toBeLessThanOrEqual(0.005);
});

test("messages that get lost fail their own requests and no other", async () => {
  const measured = await simulate({ lost: 0.02, until: 540 });
  expect(measured.failed / measured.requests).toBeCloseTo(0.02 * measured.messages.mean, 1);
  expect(measured.overfilled).toBeLessThanOrEqual(0.005);
});
