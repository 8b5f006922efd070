import { api } from "./client";
import { PATIENCE } from "./stream";

/** The server's health is requested at most once in this many milliseconds. */
const INTERVAL = 5 * 60_000;

let askedAt = Number.NEGATIVE_INFINITY;

/**
 * Requests the server's health, so that a sleeping server starts while the user types.
 *
 * Does nothing if it did so within the last five minutes.
 *
 * @param onStarting called with `true` if the server is slow to respond, and then with `false`
 *   when it has responded or can't be reached.
 */
export async function wakeServer(onStarting: (isStarting: boolean) => void): Promise<void> {
  if (performance.now() - askedAt < INTERVAL) return;
  askedAt = performance.now();
  const timer = setTimeout(onStarting, PATIENCE, true);
  try {
    await api.GET("/api/health");
  } catch {
    // The next prompt will show the error.
  } finally {
    clearTimeout(timer);
    onStarting(false);
  }
}
