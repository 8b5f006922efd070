import { type Ask, type Refusal, type Reply, SCALING_HEADER } from "./router";

export { type Refusal, SCALING_HEADER };

/** Square-root staffing: `ROOM` × √limit places stay free, so a random one usually has room. */
const ROOM = 0.6;

/** An instance that has been idle for this long is not in use, in milliseconds. */
const IDLE = 5000;

/** How long to skip an instance that couldn't start: at first, and at most. */
const REST = { first: 10_000, longest: 300_000 };

/**
 * Reads what a router sent with a request. A request without it, such as one sent by hand or by the
 * previous version, must be accepted.
 */
export function readAsk(headers: Headers): Partial<Ask> {
  return JSON.parse(headers.get(SCALING_HEADER) ?? '{ "must": true }');
}

/** Decides which requests an instance accepts, and estimates how many instances are needed. */
export class Gauge {
  #width = 1;
  #askedAt = 0;
  #failures = 0;
  #restsUntil = 0;
  readonly #limit: number;
  readonly #instances: number;
  readonly #clock: () => number;

  /** `limit` running requests fill the instance, which is one of at most `instances`. */
  constructor(limit: number, instances: number, clock: () => number = Date.now) {
    this.#limit = limit;
    this.#instances = instances;
    this.#clock = clock;
  }

  /** Learns from a request's `Ask`; returns the reason to refuse the request, if there is one. */
  refusal({ width, age = 0, wake, must }: Partial<Ask>, running: number): Refusal | undefined {
    const quiet = this.#clock() - this.#askedAt;
    const idle = running === 0 && quiet > IDLE;
    if (!must && this.#clock() < this.#restsUntil) return "resting";
    if (!must && !wake && idle && this.#failures === 0) return "idle";
    this.#askedAt = this.#clock();
    if (idle) this.#width = width ?? 1;
    const fill = running / this.#limit;
    if (width !== undefined) {
      this.#learn(width, Math.min(0.5, quiet / (quiet + age + 1)));
      const needed = (fill * Math.ceil(this.#width)) / (1 - ROOM / Math.sqrt(this.#limit));
      this.#learn(Math.min(needed, this.#instances), 1 / this.#limit);
    }
    return fill < 1 || must ? undefined : "full";
  }

  /** Moves the width toward another one by a share of the difference. */
  #learn(width: number, share: number): void {
    this.#width += share * (width - this.#width);
  }

  /** Whether this instance is the only one in use, so that its start is worth waiting for. */
  get isAlone(): boolean {
    return this.#width <= 1 && this.#failures === 0;
  }

  /** Returns the value of `SCALING_HEADER` for a response. */
  reply(refusal?: Refusal): string {
    const rest = Math.max(0, this.#restsUntil - this.#clock());
    return JSON.stringify({ width: this.#width, rest, refusal } satisfies Reply);
  }

  /** Records that the container started. */
  started(): void {
    this.#failures = 0;
    this.#restsUntil = 0;
  }

  /** Records that the container couldn't start. After each failure in a row, it rests longer. */
  failed(): void {
    if (this.#clock() < this.#restsUntil) return; // several requests waited for the same start
    this.#restsUntil = this.#clock() + Math.min(REST.first * 2 ** this.#failures, REST.longest);
    this.#failures += 1;
  }
}
