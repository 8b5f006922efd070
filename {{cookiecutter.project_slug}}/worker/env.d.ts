interface Env {
  /** Where `bun run dev:cloudflare` runs the backend, in place of containers. */
  BACKEND_ORIGIN?: string;
}
