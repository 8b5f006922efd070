/** The same app behind Cloudflare's `Container` class and `getRandom`, as its documentation shows. */
import { Container, getRandom } from "@cloudflare/containers";
import { config } from "../package.json";

interface Env {
  BACKEND: DurableObjectNamespace<Backend>;
  MAX_INSTANCES: number;
  SLEEP_AFTER_SECONDS: number;
}

export class Backend extends Container<Env> {
  override defaultPort = config.backendPort;
  override pingEndpoint = "backend/api/health";
  override sleepAfter = this.env.SLEEP_AFTER_SECONDS;
  override envVars = {
    BACKEND_HOST: "0.0.0.0",
    BACKEND_PORT: String(config.backendPort),
    LAYOUT: "cloudflare",
  };
}

export default {
  async fetch(request, env) {
    return (await getRandom(env.BACKEND, env.MAX_INSTANCES)).fetch(request);
  },
} satisfies ExportedHandler<Env>;
