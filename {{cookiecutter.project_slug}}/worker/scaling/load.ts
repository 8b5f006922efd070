/**
 * Carries an `Ask` with each request to an instance and a `Reply` with each response, both as JSON.
 * So knowledge of the load spreads with the traffic, by no message of its own.
 */
export const LOAD_HEADER = "x-backend-load";

/** What an isolate or an instance knows about all instances together. */
export interface Knowledge {
  /** The running requests, counted in instances: 2.5 is as many as fill two and a half. */
  load: number;
  /** How many instances share them. */
  inUse: number;
  /** How long ago an instance last measured this, in milliseconds. */
  age: number;
  /** Instances that could not start, and when they may be asked again, in milliseconds since 1970. */
  resting: [instance: number, until: number][];
}

/** What an isolate tells an instance with a request. */
export interface Ask extends Knowledge {
  /** How many usable instances come before this one. */
  rank: number;
  /** No instance is left to wake, so one that is full may accept as well. */
  shared: boolean;
  /** The others are full, so the instance joins those in use. */
  join: boolean;
  /** No other instance is left to ask, so this one accepts unless it cannot start. */
  must: boolean;
}

/**
 * Why an instance does not take a request: it is full, it is not in use, its container did not
 * start just now, or it did not start before and is not tried again yet.
 */
export type Refusal = "full" | "unused" | "down" | "resting";

/** What an instance tells an isolate with a response. */
export interface Reply extends Knowledge {
  refusal?: Refusal;
  /** Its running requests divided by its limit. */
  fill: number;
  /** For how long it must not be asked again, in milliseconds. */
  rest: number;
  /** If it is full: an instance that has room. */
  hint?: number | undefined;
}

/** The first instance is filled; each further one only so far that a random one mostly has room. */
const FILL = 0.82;

/** How much of an estimate the next measurement replaces, at least. */
const LEAST_WEIGHT = 0.05;

/** After so long without a request, a measurement replaces half of the estimate, in milliseconds. */
const HALF_LIFE = 25_000;

/** An estimate of the load, and of how many instances it takes. */
export class Estimate {
  load = 0;
  #inUse = 1;
  #at = 0;
  readonly #restsUntil = new Map<number, number>();
  readonly #clock: () => number;

  /** @param clock the time in milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get inUse(): number {
    return this.#inUse;
  }

  get knowledge(): Knowledge {
    const age = this.#clock() - this.#at;
    return { load: this.load, inUse: this.#inUse, age, resting: this.resting };
  }

  /** The instances that are passed over for now, and until when; the lowest comes first. */
  get resting(): [instance: number, until: number][] {
    for (const [instance, until] of this.#restsUntil) {
      if (until <= this.#clock()) this.#restsUntil.delete(instance);
    }
    return [...this.#restsUntil].sort(([one], [other]) => one - other);
  }

  /** Notes that an instance could not start and is passed over until then. */
  rest(instance: number, until: number): void {
    this.#restsUntil.set(instance, Math.max(until, this.#restsUntil.get(instance) ?? 0));
  }

  /**
   * Mixes in what somebody else knows; the younger knowledge counts for more. An older version of the
   * Worker, which still runs while a new one is deployed, tells nothing of those that rest.
   */
  merge({ load, inUse, age, resting = [] }: Omit<Knowledge, "resting"> & Partial<Knowledge>): void {
    const own = this.#clock() - this.#at;
    this.load += ((load - this.load) * (own + 1)) / (own + age + 2);
    this.#at = Math.max(this.#at, this.#clock() - age);
    this.#use(Math.max(this.#inUse, inUse));
    for (const [instance, until] of resting) this.rest(instance, until);
  }

  /**
   * Mixes in how full one of those in use is.
   *
   * @param fill its running requests divided by its limit
   * @param quiet how long it had no request, in milliseconds
   */
  measure(fill: number, quiet: number): void {
    const weight = Math.max(LEAST_WEIGHT, quiet / (quiet + HALF_LIFE));
    this.load += weight * (fill * this.#inUse - this.load);
    this.#at = this.#clock();
    this.#use(this.#inUse);
  }

  /** Adds an instance to those in use, which are full. */
  grow(): void {
    this.load = Math.max(this.load, this.#inUse);
    this.#use(this.#inUse + 1);
  }

  /** Notes that only the first so many can be in use. */
  shrink(inUse: number): void {
    this.load = Math.min(this.load, inUse);
    this.#use(Math.max(1, inUse));
  }

  /** Sets how many are in use: never more than the load needs. */
  #use(inUse: number): void {
    const needed = 1 + Math.max(0, Math.floor((this.load - 1 + FILL) / FILL));
    this.#inUse = Math.min(inUse, needed);
  }
}
