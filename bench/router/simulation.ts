/** Simulates requests, isolates, and instances with the router and the gauge of the template. */
import { Gauge } from "../../{{cookiecutter.project_slug}}/worker/scaling/gauge";
import {
  type Ask,
  type Refusal,
  Router,
  SCALING_HEADER,
} from "../../{{cookiecutter.project_slug}}/worker/scaling/router";

/** Offers a request to an instance, and returns the instance's response. */
type Send = (instance: number, ask: string) => Promise<Response>;

/** What to simulate. Times are in seconds. */
export interface Scenario {
  instances: number;
  /** How many isolates share the requests. Each has its own router. */
  isolates: number;
  /** How many running requests fill an instance. */
  limit: number;
  /** How many requests arrive per second at a given time. */
  rate: (time: number) => number;
  /** How long a request runs: on average and at most (log-normal). */
  duration: number;
  longest: number;
  start: number;
  sleepAfter: number;
  /** How long a message and its response take together. */
  latency: [least: number, most: number];
  /** The share of messages that are lost, which fails their requests. */
  lost: number;
  /** Instances whose container never starts. */
  broken: number[];
  /** The measurement covers the time between these two. */
  from: number;
  until: number;
  seed: number;
  /** Chooses the instance in place of the router: a baseline. */
  route?: (send: Send, instances: number, random: () => number) => Promise<Response>;
}

/** The result of a simulation. */
export interface Measurement {
  requests: number;
  failed: number;
  /** Messages per request. */
  messages: { mean: number; p99: number; most: number };
  /** The share of requests that overfilled an instance while another one had room. */
  overfilled: number;
  /** Instances awake: on average, and at the end. */
  awake: number;
  awakeAtEnd: number;
  /** The fewest instances that could run the average load, and the highest load before the end. */
  fewest: number;
  fewestAtPeak: number;
  containerSeconds: number;
}

const ask = (how: Partial<Ask>) => JSON.stringify(how);

/** `getRandom` from Cloudflare's `@cloudflare/containers`: any instance, which must accept. */
export const getRandom: Scenario["route"] = (send, instances, random) =>
  send(Math.floor(random() * instances), ask({ must: true }));

/** The simplest way to scale: asks one instance after another until one has room. */
export const firstFit: Scenario["route"] = async (send, instances, random) => {
  for (let instance = 0; instance < instances; instance += 1) {
    const response = await send(instance, ask({ wake: true }));
    if (!JSON.parse(response.headers.get(SCALING_HEADER) ?? "{}").refusal) return response;
  }
  return send(Math.floor(random() * instances), ask({ must: true }));
};

/** Returns a seeded source of numbers from 0 up to 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Event = { time: number; happen: () => void };

/** Events ordered by time, in a binary heap. */
class Agenda {
  readonly #events: Event[] = [];

  add(event: Event): void {
    const events = this.#events;
    let hole = events.push(event) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = events[parent];
      if (!above || above.time <= event.time) break;
      events[hole] = above;
      hole = parent;
    }
    events[hole] = event;
  }

  next(): Event | undefined {
    const events = this.#events;
    const [first] = events;
    const moved = events.pop();
    if (!moved || events.length === 0) return first;
    let hole = 0;
    for (;;) {
      const left = events[2 * hole + 1];
      const right = events[2 * hole + 2];
      const least = right && left && right.time < left.time ? right : left;
      if (!least || least.time >= moved.time) break;
      events[hole] = least;
      hole = 2 * hole + (least === left ? 1 : 2);
    }
    events[hole] = moved;
    return first;
  }
}

class Instance {
  readonly gauge: Gauge;
  running = 0;
  awake = false;
  readyAt = 0;
  idleSince = 0;

  constructor(scenario: Scenario, clock: () => number) {
    this.gauge = new Gauge(scenario.limit, scenario.instances, clock);
  }

  respond(refusal?: Refusal): Response {
    return new Response(null, { headers: { [SCALING_HEADER]: this.gauge.reply(refusal) } });
  }
}

/** How long a start that fails takes, in seconds. */
const FAILED_START = 1;

/** When the simulation starts: long after 1970, so that "never" seems long ago, in milliseconds. */
const EPOCH = 1e12;

/** How often microtasks run after each event, so that the router's awaits continue. */
const TURNS = 6;

class Simulation {
  readonly #scenario: Scenario;
  readonly #random: () => number;
  /** Its own source for what arrives, which is then the same for every way to route it. */
  readonly #arrivals: () => number;
  readonly #agenda = new Agenda();
  readonly #instances: Instance[];
  readonly #routers: Router[];
  #withRoom: number;
  #now = 0;
  #accountedUntil = 0;
  #running = 0;
  #awake = 0;
  #peak = 0;
  #runningSeconds = 0;
  #awakeSeconds = 0;
  #overfilled = 0;
  #failed = 0;
  readonly #messages: number[] = [];

  constructor(scenario: Scenario) {
    const { seed, instances, isolates, broken, limit } = scenario;
    const clock = () => EPOCH + 1000 * this.#now;
    this.#scenario = scenario;
    this.#random = seeded(seed);
    this.#arrivals = seeded(seed + 1);
    this.#instances = Array.from({ length: instances }, () => new Instance(scenario, clock));
    this.#routers = Array.from({ length: isolates }, () => new Router(clock, this.#random));
    this.#withRoom = instances - broken.length;
  }

  async run(): Promise<Measurement> {
    const { until, rate } = this.#scenario;
    let highest = 0;
    for (let time = 0; time < until; time += 1) highest = Math.max(highest, rate(time));
    const arrive = () => {
      if (this.#arrivals() * highest < rate(this.#now)) void this.#request();
      this.#after(-Math.log(1 - this.#arrivals()) / highest, arrive);
    };
    arrive();
    for (;;) {
      const event = this.#agenda.next();
      if (!event || event.time > until) break;
      this.#now = event.time;
      event.happen();
      for (let turn = 0; turn < TURNS; turn += 1) await null;
    }
    this.#now = until;
    this.#account();
    return this.#measurement();
  }

  #after(seconds: number, happen: () => void): void {
    this.#agenda.add({ time: this.#now + seconds, happen });
  }

  get #measuring(): boolean {
    return this.#now >= this.#scenario.from;
  }

  async #request(): Promise<void> {
    const { route, isolates, instances } = this.#scenario;
    const measured = this.#measuring;
    const duration = this.#duration();
    let messages = 0;
    const send: Send = (number, text) => {
      messages += 1;
      return this.#send(number, text, duration);
    };
    const router = this.#routers[Math.floor(this.#random() * isolates)] as Router;
    let failed = false;
    try {
      const response = route
        ? await route(send, instances, this.#random)
        : await router.dispatch(send, instances);
      failed = "refusal" in JSON.parse(response.headers.get(SCALING_HEADER) ?? "{}");
    } catch {
      failed = true;
    }
    if (!measured) return;
    this.#messages.push(messages);
    if (failed) this.#failed += 1;
  }

  #send(number: number, text: string, duration: number): Promise<Response> {
    const { lost, broken } = this.#scenario;
    const instance = this.#instances[number] as Instance;
    return new Promise((resolve, reject) => {
      if (this.#random() < lost) {
        return this.#after(this.#oneWay(), () => reject(new Error("lost")));
      }
      const respond = (refusal?: Refusal) => {
        const response = instance.respond(refusal);
        this.#after(this.#oneWay(), () => resolve(response));
      };
      this.#after(this.#oneWay(), () => {
        const refusal = instance.gauge.refusal(JSON.parse(text), instance.running);
        if (refusal) return respond(refusal);
        if (!broken.includes(number)) {
          this.#accept(instance, duration);
          return respond();
        }
        this.#after(FAILED_START, () => {
          instance.gauge.failed();
          respond("down");
        });
      });
    });
  }

  #oneWay(): number {
    const [least, most] = this.#scenario.latency;
    return (least + (most - least) * this.#random()) / 2;
  }

  #accept(instance: Instance, duration: number): void {
    const { limit, start, sleepAfter, until } = this.#scenario;
    this.#account();
    if (this.#measuring && instance.running >= limit && this.#withRoom > 0) this.#overfilled += 1;
    this.#running += 1;
    if (this.#now >= until - sleepAfter) this.#peak = Math.max(this.#peak, this.#running);
    instance.running += 1;
    if (instance.running === limit) this.#withRoom -= 1;
    if (!instance.awake) {
      instance.awake = true;
      instance.readyAt = this.#now + start;
      this.#awake += 1;
    }
    const started = Math.max(0, instance.readyAt - this.#now);
    this.#after(started + duration, () => this.#finish(instance));
  }

  #duration(): number {
    const { duration, longest } = this.#scenario;
    const radius = Math.sqrt(-2 * Math.log(1 - this.#arrivals()));
    const normal = radius * Math.cos(2 * Math.PI * this.#arrivals());
    return Math.min(longest, duration * Math.exp(normal - 0.5));
  }

  #finish(instance: Instance): void {
    const { limit, sleepAfter } = this.#scenario;
    this.#account();
    this.#running -= 1;
    instance.running -= 1;
    instance.idleSince = this.#now;
    if (instance.running === limit - 1) this.#withRoom += 1;
    if (instance.running > 0) return;
    const { idleSince } = instance;
    this.#after(sleepAfter, () => {
      if (instance.running > 0 || instance.idleSince !== idleSince) return;
      this.#account();
      instance.awake = false;
      this.#awake -= 1;
    });
  }

  /** Adds up the time since the last change. */
  #account(): void {
    const seconds = this.#now - Math.max(this.#accountedUntil, this.#scenario.from);
    if (seconds > 0) {
      this.#runningSeconds += this.#running * seconds;
      this.#awakeSeconds += this.#awake * seconds;
    }
    this.#accountedUntil = this.#now;
  }

  #measurement(): Measurement {
    const { from, until, limit, instances, broken } = this.#scenario;
    const sorted = this.#messages.toSorted((one, other) => one - other);
    const requests = sorted.length;
    const ofRequests = (count: number) => count / Math.max(1, requests);
    const fewest = Math.ceil(this.#runningSeconds / (until - from) / limit);
    return {
      requests,
      failed: this.#failed,
      messages: {
        mean: ofRequests(sorted.reduce((sum, messages) => sum + messages, 0)),
        p99: sorted[Math.floor(0.99 * requests)] ?? 0,
        most: sorted.at(-1) ?? 0,
      },
      overfilled: ofRequests(this.#overfilled),
      awake: this.#awakeSeconds / (until - from),
      awakeAtEnd: this.#awake,
      fewest: Math.min(fewest, instances - broken.length),
      fewestAtPeak: Math.ceil(this.#peak / limit),
      containerSeconds: this.#awakeSeconds,
    };
  }
}

/** Requests of seconds to minutes on instances that are half full. */
const USUAL: Scenario = {
  instances: 10,
  isolates: 10,
  limit: 20,
  rate: () => 10,
  duration: 10,
  longest: 120,
  start: 2,
  sleepAfter: 300,
  latency: [0.001, 0.05],
  lost: 0,
  broken: [],
  from: 420,
  until: 720,
  seed: 1,
};

/**
 * Runs a scenario, event by event.
 *
 * @param changes how the scenario differs from the usual one
 */
export function simulate(changes: Partial<Scenario>): Promise<Measurement> {
  return new Simulation({ ...USUAL, ...changes }).run();
}

/**
 * Returns the rate that loads the instances to this share of their limits, after a minute's rise.
 *
 * @param load 1 fills them all
 */
export function steady(load: number, changes: Partial<Scenario> = {}): Scenario["rate"] {
  const { instances, limit, duration } = { ...USUAL, ...changes };
  const rate = (load * instances * limit) / duration;
  return (time) => rate * Math.min(1, (time + 1) / 60);
}
