/** The least that a Worker and a Durable Object can do: pass each request on to the container. */
import { DurableObject } from "cloudflare:workers";
import { config } from "../package.json";

export class Backend extends DurableObject<Env> {
  override async fetch(request: Request): Promise<Response> {
    const { container } = this.ctx;
    if (!container) throw new Error("no container is attached");
    if (!container.running) {
      const env = { BACKEND_HOST: "0.0.0.0", BACKEND_PORT: String(config.backendPort), LAYOUT: "cloudflare" };
      container.start({ enableInternet: true, env });
      await container.setInactivityTimeout(600_000);
    }
    return container.getTcpPort(config.backendPort).fetch(request.url, request);
  }
}

export default {
  fetch: (request: Request, env: Env) => env.BACKEND.getByName("0").fetch(request),
};
