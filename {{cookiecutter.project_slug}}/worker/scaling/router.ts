import { type Ask, Estimate, LOAD_HEADER, type Reply } from "./load";

/** After so many refusals another instance is woken, if those in use are so full on average. */
const TRIES = 3;
const CROWDED = 0.95;

/** How long the isolate believes what it learnt of one instance, in milliseconds. */
const MEMORY = 1000;

/** After so many refusals an instance accepts although it is full, if none is left to wake. */
const SHARED_TRIES = 2;

/** What refused a request so far. */
type Refused = Map<number, Reply>;

/**
 * Chooses the instance for each request: a random one of those in use, so that finding room costs
 * as little among a thousand as among three. docs/cloudflare.md shows how.
 *
 * Each isolate has one. It knows only what the instances that it asked replied.
 */
export class Router {
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #estimate: Estimate;
  readonly #fills = new Map<number, { fill: number; at: number }>();

  /**
   * @param clock the time in milliseconds
   * @param random a number from 0 up to 1
   */
  constructor(clock: () => number = Date.now, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
    this.#estimate = new Estimate(clock);
  }

  /**
   * Sends a request to an instance that accepts it.
   *
   * @param send offers the request to an instance, by number, with this value in `LOAD_HEADER`
   * @param instances how many there may be
   * @returns the response; a refusal only if two instances could not start
   */
  async dispatch(
    send: (instance: number, ask: string) => Promise<Response>,
    instances: number,
  ): Promise<Response> {
    const refused: Refused = new Map();
    for (let failures = 0; ; ) {
      const [instance, ask] = this.#choose(instances, refused);
      const response = await send(instance, JSON.stringify(ask));
      const told = response.headers.get(LOAD_HEADER);
      if (told === null) return response; // a WebSocket, or an error of the platform
      const reply: Reply = JSON.parse(told);
      this.#learn(instance, ask, reply);
      if (reply.refusal === "down") failures += 1;
      if (!reply.refusal || failures > 1) return response;
      await response.body?.cancel();
      refused.set(instance, reply);
    }
  }

  #learn(instance: number, { rank }: Ask, reply: Reply): void {
    const now = this.#clock();
    this.#estimate.merge(reply);
    if (reply.refusal === "unused") this.#estimate.shrink(rank);
    this.#fills.set(instance, { fill: reply.fill, at: now });
    if (reply.rest > 0) this.#estimate.rest(instance, now + reply.rest);
  }

  #choose(instances: number, refused: Refused): [instance: number, ask: Ask] {
    const resting = this.#estimate.resting.map(([instance]) => instance);
    const usable = instances - resting.length;
    const inUse = Math.min(this.#estimate.inUse, usable);
    /** The instance of a rank: those that rest are not counted. */
    const at = (rank: number) => resting.reduce((i, other) => (other <= i ? i + 1 : i), rank);
    const isLeft = (rank: number) => !refused.has(at(rank));
    const firstLeft = (rank: number): number => (isLeft(rank) ? rank : firstLeft(rank + 1));
    const full = [...refused].filter(([, { refusal }]) => refusal === "full");
    const counted = [...refused.keys()].filter((instance) => !resting.includes(instance));
    const left = inUse - counted.filter((instance) => instance < at(inUse)).length;
    const shared = inUse === usable;
    const must = usable === 1 || (shared && refused.size >= SHARED_TRIES);
    const choice = (rank: number, changes: Partial<Ask> = {}): [number, Ask] => [
      at(rank),
      { ...this.#estimate.knowledge, rank, shared, join: false, must, ...changes },
    ];

    const last = refused.size > TRIES;
    const failed = [...refused.values()].some(({ refusal }) => refusal === "down");
    const crowded = left === 0 || this.#estimate.load >= CROWDED * inUse;
    if (left > 0 && !last && (refused.size < TRIES || !crowded)) {
      const hint = [...refused.values()].at(-1)?.hint;
      if (hint !== undefined && !refused.has(hint) && !resting.includes(hint)) {
        return choice(hint - resting.filter((other) => other < hint).length);
      }
      return choice(failed ? firstLeft(0) : this.#draw(inUse, isLeft, at));
    }
    if (full.length > 0 && inUse < usable && !failed) {
      this.#estimate.grow();
      const next = firstLeft(inUse);
      if (next < usable) return choice(next, { join: true, must: last });
    }
    const [emptiest] = full.sort(([, one], [, other]) => one.fill - other.fill);
    const [first, asked] = choice(0, { must: true });
    return [emptiest?.[0] ?? (usable > 0 ? first : this.#firstToWake()), asked];
  }

  /** Draws two of those in use that did not refuse yet, and takes the one known to be emptier. */
  #draw(inUse: number, isLeft: (rank: number) => boolean, at: (rank: number) => number): number {
    const draw = (): number => {
      const rank = Math.floor(this.#random() * inUse);
      return isLeft(rank) ? rank : draw();
    };
    const fill = (rank: number) => {
      const known = this.#fills.get(at(rank));
      const young = known && this.#clock() - known.at < MEMORY;
      return young ? known.fill : this.#estimate.load / inUse;
    };
    const [one, other] = [draw(), draw()];
    return fill(one) <= fill(other) ? one : other;
  }

  /** The instance to try when all are passed over: the one whose rest ends first. */
  #firstToWake(): number {
    const [soonest] = this.#estimate.resting.sort(([, one], [, other]) => one - other);
    return soonest?.[0] ?? 0;
  }
}
