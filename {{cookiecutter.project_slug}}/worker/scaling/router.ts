/** Carries an `Ask` with each request to an instance and a `Reply` with each response, as JSON. */
export const SCALING_HEADER = "x-backend-scaling";

/** The header in the previous version, whose instances may still run during a deployment. */
export const FORMER_HEADER = "x-backend-load";

/** What an isolate sends with a request. */
export interface Ask {
  /** How many instances the load needs. Missing if no instance has reported it yet. */
  width?: number;
  /** How long ago an instance reported the width, in milliseconds. */
  age: number;
  /** The instance accepts the request even if it has been idle. */
  wake: boolean;
  /** The instance accepts the request in any case, because enough others refused it. */
  must: boolean;
}

/** Why an instance refuses a request. "down" means that a start has just failed. */
export type Refusal = "full" | "idle" | "resting" | "down";

/** What an instance sends with a response. */
export interface Reply {
  width: number;
  refusal?: Refusal | undefined;
  /** How long to skip the instance because it couldn't start, in milliseconds. */
  rest: number;
}

/** How many full instances wake another one. By chance, three rarely are full. */
const TRIES = 3;

/** After this many refusals, the next instance must accept, to limit the cost of a request. */
const MOST_REFUSALS = 5;

/** Chooses the instance for each request, as README.md shows. Each isolate has one router. */
export class Router {
  #width = 1;
  #heardAt = 0;
  readonly #restsUntil = new Map<number, number>();
  readonly #clock: () => number;
  readonly #random: () => number;

  constructor(clock: () => number = Date.now, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Sends a request to an instance that accepts it, one of at most `instances`. `send` offers it to
   * one, with `ask` in `SCALING_HEADER`. The response is a refusal only if two couldn't start.
   */
  async dispatch(
    send: (instance: number, ask: string) => Promise<Response>,
    instances: number,
  ): Promise<Response> {
    const usable = this.#usable(instances);
    const refused = new Map<number, Refusal>();
    for (;;) {
      const [instance, ask] = this.#choose(usable, refused);
      const response = await send(instance, JSON.stringify(ask));
      const refusal = this.#learn(response, instance, usable);
      const downAgain = refusal === "down" && [...refused.values()].includes("down");
      if (!refusal || downAgain || ask.must) return response;
      await response.body?.cancel();
      refused.set(instance, refusal);
    }
  }

  /** Learns from a response, and returns why it is a refusal, if it is one. */
  #learn(response: Response, instance: number, usable: number[]): Refusal | undefined {
    const reported = response.headers.get(SCALING_HEADER);
    if (reported === null) {
      // a WebSocket, an error from the platform, or an instance with the former version
      return response.status === 503 && response.headers.has(FORMER_HEADER) ? "full" : undefined;
    }
    const { width, refusal, rest }: Reply = JSON.parse(reported);
    this.#width = refusal === "idle" ? usable.indexOf(instance) : width;
    this.#heardAt = this.#clock();
    if (rest > 0) this.#restsUntil.set(instance, this.#clock() + rest);
    return refusal;
  }

  /** Returns all instances in order, except those that are resting because they couldn't start. */
  #usable(instances: number): number[] {
    const all = Array.from({ length: instances }, (_, instance) => instance);
    const awaited = (instance: number) => this.#restsUntil.get(instance) ?? 0;
    const usable = all.filter((instance) => awaited(instance) <= this.#clock());
    return usable.length > 0 ? usable : all;
  }

  #choose(usable: number[], refused: Map<number, Refusal>): [instance: number, ask: Ask] {
    const width = Math.max(1, Math.ceil(this.#width));
    const left = usable.slice(0, width).filter((instance) => !refused.has(instance));
    const full = usable.filter((instance) => refused.get(instance) === "full");
    if (usable.length > 1 && refused.size < MOST_REFUSALS) {
      const tries = width < usable.length ? TRIES : TRIES - 1;
      const drawn = full.length < tries ? this.#draw(left) : undefined;
      if (drawn !== undefined) return [drawn, this.#ask({ wake: drawn === usable[0] })];
      const idle = usable.find((instance) => refused.get(instance) === "idle");
      const next = idle ?? usable.slice(width).find((instance) => !refused.has(instance));
      const failed = [...refused.values()].includes("down") && full.length > 0;
      if (next !== undefined && !failed) {
        this.#width = Math.max(this.#width, width + 1);
        return [next, this.#ask({ wake: true })];
      }
    }
    const last = this.#draw(left) ?? this.#draw(full) ?? this.#draw(usable) ?? 0;
    return [last, this.#ask({ must: true })];
  }

  #ask(how: Partial<Ask>): Ask {
    const heard = this.#heardAt > 0 && { width: this.#width };
    return { ...heard, age: this.#clock() - this.#heardAt, wake: false, must: false, ...how };
  }

  #draw(from: number[]): number | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }
}
