import { beforeEach, expect, test, vi } from "vitest";
import type * as Scaling from "../scaling";

let scaling: typeof Scaling;
let room: number[];
let asked: string[];

/** An instance with so much room; -1 stands for one that cannot start. */
async function send(instance: number, overflow: boolean): Promise<Response> {
  asked.push(overflow ? `${instance}!` : `${instance}`);
  const left = room[instance] ?? 0;
  if (left > 0 || (overflow && left === 0)) {
    room[instance] = Math.max(left - 1, 0);
    return new Response(`${instance}`);
  }
  const reason = left < 0 ? "down" : "full";
  return new Response(null, { status: 503, headers: { [scaling.REFUSED_HEADER]: reason } });
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules(); // what one isolate knows
  scaling = await import("../scaling");
  asked = [];
});

async function served(requests: number): Promise<string[]> {
  const by: string[] = [];
  for (let i = 0; i < requests; i += 1) {
    by.push(await (await scaling.dispatch(send, room.length)).text());
  }
  return by;
}

test("while the first has room, a request is one message", async () => {
  room = [9, 9, 9];
  expect(await served(3)).toEqual(["0", "0", "0"]);
  expect(asked).toEqual(["0", "0", "0"]);
});

test("the next one is asked only when those before are full, and a refusal is remembered", async () => {
  room = [2, 1, 9];
  expect(await served(5)).toEqual(["0", "0", "1", "2", "2"]);
  expect(asked).toEqual(["0", "0", "0", "1", "1", "2", "2"]);
});

test("a refusal is forgotten after a second", async () => {
  room = [0, 9];
  await served(1);
  room[0] = 9;
  expect(await served(1)).toEqual(["1"]);
  vi.advanceTimersByTime(1001);
  expect(await served(1)).toEqual(["0"]);
});

test("when all are full, all of them share what comes", async () => {
  room = [0, 0, 0];
  expect(new Set(await served(100))).toEqual(new Set(["0", "1", "2"]));
});

test("where a further one cannot start, one that runs takes the request", async () => {
  room = [0, -1];
  expect(await served(2)).toEqual(["0", "0"]);
  expect(asked).toEqual(["0", "1", "0!", "0!"]);
});

test("where the first cannot start, its refusal is the answer and no other is woken", async () => {
  room = [-1, 9];
  expect((await scaling.dispatch(send, 2)).status).toBe(503);
  expect((await scaling.dispatch(send, 2)).status).toBe(503);
  expect(asked).toEqual(["0", "0"]);
});
