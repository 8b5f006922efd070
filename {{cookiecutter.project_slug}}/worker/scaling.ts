/** How long an instance that refused is not asked again, in milliseconds, by its reason. */
const REST_MILLISECONDS: Record<string, number> = { full: 1000, down: 10_000 };

/** What this isolate knows: which instances refused, why, and until when that is believed. */
const refusals = new Map<number, { reason: string; until: number }>();

/** Tells the Worker why an instance did not take a request: it is `full`, or it is `down`. */
export const REFUSED_HEADER = "x-backend-refused";

/** Tells an instance to take a request although it is full. */
export const OVERFLOW_HEADER = "x-backend-overflow";

/** Tells an instance that another one can take the request if its own container does not start. */
export const ELSEWHERE_HEADER = "x-backend-elsewhere";

/**
 * Sends a request to the lowest instance that has room, so that the higher ones sleep until they
 * are needed. Where all are full, any one of them takes it; where the next one cannot start, one
 * of those before it does.
 *
 * Each instance counts its own requests and says when it is full, so there is no router that
 * everything must pass and, while the first has room, no message more than the request itself.
 *
 * @param send offers the request to an instance, by number; `overflow` makes a full one accept
 * @param instances how many there may be
 */
export async function dispatch(
  send: (instance: number, overflow: boolean) => Promise<Response>,
  instances: number,
): Promise<Response> {
  for (let instance = 0; instance < instances; instance += 1) {
    if (refusalOf(instance)) continue;
    const response = await send(instance, false);
    const reason = response.headers.get(REFUSED_HEADER);
    if (reason === null || (reason === "down" && instance === 0)) return response;
    refusals.set(instance, { reason, until: Date.now() + (REST_MILLISECONDS[reason] ?? 0) });
    if (reason === "down") break;
  }
  const full = [...refusals.keys()].filter((instance) => refusalOf(instance) === "full");
  return send(full[Math.floor(Math.random() * full.length)] ?? 0, true);
}

function refusalOf(instance: number): string | undefined {
  const refusal = refusals.get(instance);
  return refusal && refusal.until > Date.now() ? refusal.reason : undefined;
}
