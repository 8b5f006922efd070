import { type Ask, Estimate, type Refusal, type Reply } from "./load";

/** How long an instance that could not start is passed over: at first, and at most. */
const REST_MILLISECONDS = { first: 10_000, longest: 300_000 };

/** Knowledge older than this gives no work to an instance that has none, in milliseconds. */
const FRESH = 5000;

/** Instances slightly beyond those in use still accept, because the estimates differ a little. */
const SLACK = 1.15;

/** An isolate's draw is fair if it knew of so much of what is in use; then the fill is typical. */
const FAIR = 0.9;

/** Decides which requests an instance accepts, and measures how full it is. */
export class Gauge {
  readonly #limit: number;
  readonly #clock: () => number;
  readonly #estimate: Estimate;
  #askedAt = 0;
  #failures = 0;
  #restsUntil = 0;

  /**
   * @param limit how many running requests fill the instance
   * @param clock the time in milliseconds
   */
  constructor(limit: number, clock: () => number = Date.now) {
    this.#limit = limit;
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
    return fill < ask.room ? undefined : "full";
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
      fill: running / this.#limit,
      rest: Math.max(0, this.#restsUntil - this.#clock()),
    };
    return JSON.stringify(reply);
  }
}
