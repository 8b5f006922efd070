/** How long an instance that said it is full is not asked again, in milliseconds. */
const REST_MILLISECONDS = 1000;

/** What this isolate knows: until when each instance is taken to be full. */
const fullUntil: number[] = [];

/** Tells the Worker that an instance is full; it never leaves the Worker. */
export const FULL_HEADER = "x-backend-full";

/** Tells an instance to take a request although it is full. */
export const OVERFLOW_HEADER = "x-backend-overflow";

/**
 * Sends a request to the lowest instance that has room, so that the higher ones sleep until they
 * are needed. Where all are full, any one of them takes it.
 *
 * Each instance counts its own requests and says when it is full, so there is no router that
 * everything must pass and, while the first has room, no message more than the request itself.
 *
 * @param send offers the request to an instance, by number; `overflow` makes it accept
 * @param instances how many there may be
 */
export async function dispatch(
  send: (instance: number, overflow: boolean) => Promise<Response>,
  instances: number,
): Promise<Response> {
  for (let instance = 0; instance < instances; instance += 1) {
    if ((fullUntil[instance] ?? 0) > Date.now()) continue;
    const response = await send(instance, false);
    if (!response.headers.has(FULL_HEADER)) return response;
    fullUntil[instance] = Date.now() + REST_MILLISECONDS;
  }
  return send(Math.floor(Math.random() * instances), true);
}
