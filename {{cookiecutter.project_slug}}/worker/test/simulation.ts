import { Gauge } from "../scaling/gauge";
import { type Ask, LOAD_HEADER, type Refusal } from "../scaling/load";
import { Router } from "../scaling/router";

/** What is simulated. Times are in seconds. */
export interface Scenario {
  instances: number;
  /** So many isolates share the requests; each has a router of its own. */
  isolates: number;
  /** Running requests that fill an instance. */
  limit: number;
  /** Requests that arrive in a second, at a time. */
  rate: (time: number) => number;
  /** How long a request runs: on average, and at most (log-normal). */
  duration: number;
  longest: number;
  start: number;
  sleepAfter: number;
  /** A message there and back takes between these. */
  latency: [least: number, most: number];
  /** The share of messages that are lost, which fails their requests. */
  lost: number;
  /** Instances whose container never starts. */
  broken: number[];
  /** What happens between these times is measured. */
  from: number;
  until: number;
  seed: number;
  /** Chooses instances without a router: the baseline to compare with. */
  choose?: (random: () => number) => number;
}

/** What was measured. */
export interface Measurement {
  requests: number;
  failed: number;
  /** Messages for each request: on average, at the 99th percentile, at most. */
  messages: { mean: number; p99: number; most: number };
  /** The most messages that the first request of an isolate took. */
  first: number;
  /** The share of requests that went over an instance's limit while another one had room. */
  overfilled: number;
  /** The same, counted only while all running requests would have fitted. */
  overfilledInVain: number;
  /** The share of running requests beyond a limit for which another instance has a place free. */
  misplaced: number;
  /** What instances told each other, for each request. */
  notices: number;
  /** Instances awake: on average, and at the end. */
  awake: number;
  awakeAtEnd: number;
  /** The fewest that hold what ran on average, and what ran at most since those asleep had work. */
  fewest: number;
  fewestAtPeak: number;
  containerSeconds: number;
}

/** A seeded source of numbers from 0 up to 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Event = { time: number; happen: () => void };

/** Events in the order of their times: a binary heap. */
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
    const headers = { [LOAD_HEADER]: this.gauge.reply(this.running, refusal) };
    return new Response(null, { headers });
  }
}

/** How long a start that fails takes, in seconds. */
const FAILED_START = 1;

/** Some time after 1970, so that nothing seems young that was never known, in milliseconds. */
const EPOCH = 1e12;

/** So often the microtasks run after each event, so that awaits in the router go on. */
const TURNS = 6;

/** Runs the router and the gauges that ship through a scenario, event by event. */
class Simulation {
  readonly #scenario: Scenario;
  readonly #random: () => number;
  /** A source of its own for what arrives, so that it is the same whichever way it is routed. */
  readonly #arrivals: () => number;
  readonly #agenda = new Agenda();
  readonly #instances: Instance[];
  readonly #routers: Router[];
  readonly #used = new Set<Router>();
  readonly #places: number;
  #now = 0;
  #accountedUntil = 0;
  #running = 0;
  #awake = 0;
  #peak = 0;
  #withRoom: number;
  #runningSeconds = 0;
  #awakeSeconds = 0;
  #overfilled = 0;
  #overfilledInVain = 0;
  /** Requests that run beyond a limit, and places that are free. */
  #excess = 0;
  #free: number;
  #misplacedSeconds = 0;
  #notices = 0;
  #failed = 0;
  #first = 0;
  readonly #messages: number[] = [];

  constructor(scenario: Scenario) {
    const clock = () => EPOCH + 1000 * this.#now;
    this.#scenario = scenario;
    this.#random = seeded(scenario.seed);
    this.#arrivals = seeded(scenario.seed + 1);
    this.#instances = Array.from(
      { length: scenario.instances },
      () => new Instance(scenario, clock),
    );
    this.#routers = Array.from(
      { length: scenario.isolates },
      () => new Router(clock, this.#random),
    );
    this.#withRoom = scenario.instances - scenario.broken.length;
    this.#places = this.#withRoom * scenario.limit;
    this.#free = this.#places;
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
    const { choose, isolates, instances } = this.#scenario;
    const measured = this.#measuring;
    const duration = this.#duration();
    let messages = 0;
    const send = (number: number, ask: string) => {
      messages += 1;
      return this.#send(number, ask, duration);
    };
    const router = this.#routers[Math.floor(this.#random() * isolates)] as Router;
    const fresh = !this.#used.has(router);
    this.#used.add(router);
    let failed = false;
    try {
      const response = choose
        ? await send(choose(this.#random), JSON.stringify({ must: true, resting: [] }))
        : await router.dispatch(send, instances);
      failed = "refusal" in JSON.parse(response.headers.get(LOAD_HEADER) ?? "{}");
    } catch {
      failed = true;
    }
    if (fresh) this.#first = Math.max(this.#first, messages);
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
        const ask: Ask = JSON.parse(text);
        const refusal = instance.gauge.refusal(ask, instance.running, instance.awake);
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

  /** How long a message takes. */
  #oneWay(): number {
    const [least, most] = this.#scenario.latency;
    return (least + (most - least) * this.#random()) / 2;
  }

  #accept(instance: Instance, duration: number): void {
    const { limit, start, sleepAfter } = this.#scenario;
    this.#account();
    if (this.#measuring && instance.running >= limit) {
      if (this.#withRoom > 0) this.#overfilled += 1;
      if (this.#running < this.#places) this.#overfilledInVain += 1;
    }
    if (instance.running >= limit) this.#excess += 1;
    else this.#free -= 1;
    this.#running += 1;
    if (this.#now >= this.#scenario.until - sleepAfter) {
      this.#peak = Math.max(this.#peak, this.#running);
    }
    instance.running += 1;
    if (instance.running === limit) this.#withRoom -= 1;
    this.#tell(instance);
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
    if (instance.running > limit) this.#excess -= 1;
    else this.#free += 1;
    this.#running -= 1;
    instance.running -= 1;
    this.#tell(instance);
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

  /** Tells the other instances what one of them has to say, as the Durable Object does. */
  #tell(instance: Instance): void {
    const hasRoom = instance.gauge.count(instance.running);
    if (hasRoom === undefined) return;
    const number = this.#instances.indexOf(instance);
    for (const other of this.#instances) {
      if (other === instance) continue;
      if (this.#measuring) this.#notices += 1;
      this.#after(this.#oneWay(), () => other.gauge.hear(number, hasRoom));
    }
  }

  /** Adds up what lasted since the last change. */
  #account(): void {
    const seconds = this.#now - Math.max(this.#accountedUntil, this.#scenario.from);
    if (seconds > 0) {
      this.#runningSeconds += this.#running * seconds;
      this.#awakeSeconds += this.#awake * seconds;
      this.#misplacedSeconds += Math.min(this.#excess, this.#free) * seconds;
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
      first: this.#first,
      overfilled: ofRequests(this.#overfilled),
      overfilledInVain: ofRequests(this.#overfilledInVain),
      misplaced: this.#misplacedSeconds / Math.max(1, this.#runningSeconds),
      notices: ofRequests(this.#notices),
      awake: this.#awakeSeconds / (until - from),
      awakeAtEnd: this.#awake,
      fewest: Math.min(fewest, instances - broken.length),
      fewestAtPeak: Math.ceil(this.#peak / limit),
      containerSeconds: this.#awakeSeconds,
    };
  }
}

/** Requests that run for seconds to minutes, on some instances that are half full. */
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
 * Simulates instances, isolates and the messages between them with the code that ships.
 *
 * @param changes how the scenario differs from the usual one
 */
export function simulate(changes: Partial<Scenario>): Promise<Measurement> {
  return new Simulation({ ...USUAL, ...changes }).run();
}

/**
 * The rate that loads so many instances to a share of what they can run, after a minute's rise.
 *
 * @param load 1 fills them all
 */
export function steady(load: number, changes: Partial<Scenario> = {}): Scenario["rate"] {
  const { instances, limit, duration } = { ...USUAL, ...changes };
  const rate = (load * instances * limit) / duration;
  return (time) => rate * Math.min(1, (time + 1) / 60);
}
