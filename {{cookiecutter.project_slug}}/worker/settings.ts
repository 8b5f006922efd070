/** The app's settings and secrets that reach the container: add one here and in settings.py. */
export const PASSED_ON = ["HEARTBEAT_SECONDS", "MODEL_API_KEY"];

/** Those without which the app cannot work: `dev:cloudflare`, `preview` and `deploy` refuse to go on. */
export const REQUIRED: string[] = [];

/**
 * The environment of a container's process.
 *
 * @param env the Worker's vars and secrets
 * @param port where the backend is to listen
 * @returns the variables by name; those that are not set are left out
 */
export function containerEnvironment(env: object, port: number): Record<string, string> {
  const values = env as Record<string, unknown>;
  const passed = PASSED_ON.filter((name) => values[name] !== undefined);
  return {
    ...Object.fromEntries(passed.map((name) => [name, String(values[name])])),
    BACKEND_HOST: "0.0.0.0",
    BACKEND_PORT: String(port),
    FORWARDED_ALLOW_IPS: "*", // only the Worker reaches the port: https://www.uvicorn.org/settings/
    LAYOUT: "cloudflare",
  };
}
