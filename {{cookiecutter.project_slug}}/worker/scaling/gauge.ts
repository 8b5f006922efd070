import { type Ask, Estimate, type Refusal, type Reply } from "./load";

/** How long an instance that could not start is passed over: at first, and at most. */
const REST_MILLISECONDS = { first: 10_000, longest: 300_000 };

/** Knowledge older than this gives no work to an instance that has none, in milliseconds. */
const FRESH = 5000;

/** Instances slightly beyond those in use still accept, because the estimates differ a little. */
const SLACK = 1.15;

/**
 * Once no instance is left to wake, full ones refuse so many requests for each one that ends, and so
 * many more after they had refused none.
 */
const ALLOWANCE = 0.29;
const MOST_SAVED = 20;

/** How much sooner an instance refuses that runs more than its limit, and at most. */
const EAGERNESS = 20;
const MOST_OWED = { unsure: 5, informed: 20 };

/** Only so few instances tell each other who has room: each of more would tell too many. */
const FEW = 5;

/** How long that is believed, in milliseconds. */
const MEMORY = 60_000;

/** An isolate's draw is fair if it knew of so much of what is in use; then the fill is typical. */
const FAIR = 0.9;

/** Decides which requests an instance accepts, and measures how full it is. */
export class Gauge {
  readonly #limit: number;
  readonly #instances: number;
  readonly #clock: () => number;
  readonly #estimate: Estimate;
  readonly #others = new Map<number, { hasRoom: boolean; at: number }>();
  #hadRoom = true;
  #running = 0;
  #saved = 1;
  #askedAt = 0;
  #failures = 0;
  #restsUntil = 0;

  /**
   * @param limit how many running requests fill the instance
   * @param instances how many instances there may be
   * @param clock the time in milliseconds
   */
  constructor(limit: number, instances: number, clock: () => number = Date.now) {
    this.#limit = limit;
    this.#instances = instances;
    this.#clock = clock;
    this.#estimate = new Estimate(clock);
  }

  /**
   * Learns from what comes with a request, and decides whether to accept it.
   *
   * @param ask what the isolate tells
   * @param running how many requests run here
   * @param awake whether the container runs or starts
   * @returns why not, or undefined if the instance accepts
   */
  refusal(ask: Ask, running: number, awake: boolean): Refusal | undefined {
    const fill = running / this.#limit;
    const quiet = this.#clock() - this.#askedAt;
    this.#askedAt = this.#clock();
    this.#estimate.merge(ask);
    const { inUse } = this.#estimate;
    if (awake && ask.rank < inUse && ask.inUse >= FAIR * inUse) this.#estimate.measure(fill, quiet);

    const refusal = this.#reason(ask, fill, awake);
    if (!refusal && !awake && this.#estimate.knowledge.age > FRESH) {
      this.#estimate.shrink(0); // what was known before all slept
      this.#estimate.measure(0, 0);
    }
    return refusal;
  }

  #reason(ask: Ask, fill: number, awake: boolean): Refusal | undefined {
    if (ask.must) return undefined;
    if (!awake && this.#clock() < this.#restsUntil) return "resting";
    const stale = fill === 0 && ask.age > FRESH;
    const beyond = ask.rank >= SLACK * this.#estimate.inUse;
    if (ask.rank > 0 && !ask.join && (stale || beyond)) return "unused";
    if (fill < 1) return undefined;
    return ask.shared && !this.#shouldRefuse(fill) ? undefined : "full";
  }

  /** Whether another instance should be asked rather than this one run more than its limit. */
  #shouldRefuse(fill: number): boolean {
    const informed = this.#known.length === this.#instances - 1;
    if (informed && this.#hint === undefined) return false;
    const over = Math.min(MOST_OWED.unsure, EAGERNESS * (fill - 1));
    if (this.#saved < 1 - (informed ? MOST_OWED.informed : over)) return false;
    this.#saved -= 1;
    return true;
  }

  /**
   * Counts the running requests after one began or ended.
   *
   * @returns whether this instance has room, if the others have to be told
   */
  count(running: number): boolean | undefined {
    if (running < this.#running) this.#saved = Math.min(MOST_SAVED, this.#saved + ALLOWANCE);
    this.#running = running;
    const hasRoom = running < this.#limit;
    const areFew = this.#instances <= FEW && this.#estimate.inUse === this.#instances;
    if (!areFew || hasRoom === this.#hadRoom) return undefined;
    this.#hadRoom = hasRoom;
    return hasRoom;
  }

  /** Learns from another instance whether it has room. */
  hear(instance: number, hasRoom: boolean): void {
    this.#others.set(instance, { hasRoom, at: this.#clock() });
  }

  /** What the others told recently. */
  get #known(): [instance: number, hasRoom: boolean][] {
    const recent = [...this.#others].filter(([, { at }]) => this.#clock() - at < MEMORY);
    return recent.map(([instance, { hasRoom }]) => [instance, hasRoom]);
  }

  /** Another instance that has room, if one is known. */
  get #hint(): number | undefined {
    return this.#known.find(([, hasRoom]) => hasRoom)?.[0];
  }

  /** Whether the last start failed. */
  get isSuspect(): boolean {
    return this.#failures > 0;
  }

  /** Notes that the container started. */
  started(): void {
    this.#failures = 0;
    this.#restsUntil = 0;
  }

  /** Notes that the container could not start: after each time in a row it rests for longer. */
  failed(): void {
    if (this.#clock() < this.#restsUntil) return; // one of several that waited for the same start
    const { first, longest } = REST_MILLISECONDS;
    this.#restsUntil = this.#clock() + Math.min(first * 2 ** this.#failures, longest);
    this.#failures += 1;
  }

  /** The value of `LOAD_HEADER` in a response. */
  reply(running: number, refusal?: Refusal): string {
    const reply: Reply = {
      ...this.#estimate.knowledge,
      ...(refusal && { refusal }),
      hint: refusal === "full" ? this.#hint : undefined,
      fill: running / this.#limit,
      rest: Math.max(0, this.#restsUntil - this.#clock()),
    };
    return JSON.stringify(reply);
  }
}
