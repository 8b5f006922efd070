interface Env {
  /** Where `bun run dev:cloudflare` runs the backend instead of containers. */
  BACKEND_ORIGIN?: string;
  /** Where new instances should be placed; by default near the first request. */
  LOCATION_HINT?: DurableObjectLocationHint;
}
