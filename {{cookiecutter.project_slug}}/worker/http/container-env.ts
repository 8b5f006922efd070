import { config } from "../../package.json";

/** Returns whether a binding is a setting for the app. Others are objects such as `ASSETS`. */
function isSetting([name, value]: [string, unknown]): boolean {
  return (
    ["string", "number", "boolean"].includes(typeof value) &&
    !config.toolPrefixes.some((prefix) => name.startsWith(prefix))
  );
}

/**
 * Builds the environment of a container's process: every variable and secret of the Worker, so that
 * new settings need no change here, and the values for an app behind the Worker.
 */
export function containerEnvironment(env: object, port: number): Record<string, string> {
  const settings = Object.entries(env).filter(isSetting);
  return {
    LOG_FORMAT: "json",
    ...Object.fromEntries(settings.map(([name, value]) => [name, String(value)])),
    BACKEND_HOST: "0.0.0.0",
    BACKEND_PORT: String(port),
    FORWARDED_ALLOW_IPS: "*", // only the Worker can reach the port
    LAYOUT: "cloudflare",
  };
}
