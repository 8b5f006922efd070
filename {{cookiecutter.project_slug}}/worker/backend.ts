import { DurableObject } from "cloudflare:workers";
import { config } from "../package.json";
import { problem } from "./problems";
import { FULL_HEADER, OVERFLOW_HEADER } from "./scaling";
import { containerEnvironment } from "./settings";

const POLL_MILLISECONDS = 50;
const RETRY_AFTER_SECONDS = 2;

/** One container and the requests that run in it. It sleeps when nothing has moved for a while. */
export class Backend extends DurableObject<Env> {
  #running = 0;
  #ready: Promise<void> | undefined;

  /** Answers a request from the container, or says that this instance is full. */
  override async fetch(request: Request): Promise<Response> {
    const full = this.#running >= this.env.REQUESTS_PER_INSTANCE;
    if (full && !request.headers.has(OVERFLOW_HEADER)) {
      return new Response(null, { status: 503, headers: { [FULL_HEADER]: "1" } });
    }
    this.#running += 1;
    const release = () => {
      this.#running -= 1;
    };
    try {
      const response = await this.#forward(request);
      return passOn(response, this.env.STALL_SECONDS * 1000, release);
    } catch (error) {
      release();
      console.error("backend unavailable", request.headers.get("X-Request-ID"), String(error));
      const detail = "The backend cannot answer right now. Try again in a moment.";
      return problem(503, detail, RETRY_AFTER_SECONDS);
    }
  }

  /** Sends a request to the container, started first where it sleeps. */
  async #forward(request: Request): Promise<Response> {
    const headers = new Headers(request.headers);
    headers.delete(OVERFLOW_HEADER);
    const url = new URL(request.url);
    url.protocol = "http:"; // inside, nothing is encrypted; the host stays the client's
    const { method, body } = request;
    await this.#started();
    try {
      return await this.#ask(url, { method, headers, body });
    } catch (error) {
      this.#ready = undefined;
      if (method !== "GET" && method !== "HEAD") throw error; // it may have been acted upon
      await this.#started();
      return await this.#ask(url, { method, headers });
    }
  }

  /** Asks the container, and gives up where the answer does not begin in time. */
  async #ask(url: URL, init: RequestInit): Promise<Response> {
    const patience = new AbortController();
    const timer = setTimeout(
      () => patience.abort(new Error("no answer in time")),
      this.env.ANSWER_SECONDS * 1000,
    );
    try {
      return await this.#port.fetch(url, { ...init, redirect: "manual", signal: patience.signal });
    } finally {
      clearTimeout(timer);
    }
  }

  get #container(): Container {
    if (!this.ctx.container) throw new Error("no container is attached: see wrangler.toml");
    return this.ctx.container;
  }

  get #port(): Fetcher {
    return this.#container.getTcpPort(config.backendPort);
  }

  /** Resolves once the container answers; any number of requests share one start. */
  #started(): Promise<void> {
    if (!this.#ready) {
      const ready = this.#start();
      const forget = () => {
        if (this.#ready === ready) this.#ready = undefined;
      };
      this.#ready = ready;
      ready.then(() => this.#container.monitor()).then(forget, forget); // until it ends or dies
    }
    return this.#ready;
  }

  async #start(): Promise<void> {
    const container = this.#container;
    if (!container.running) {
      const env = containerEnvironment(this.env, config.backendPort);
      container.start({ enableInternet: true, env });
    }
    await container.setInactivityTimeout(this.env.SLEEP_AFTER_SECONDS * 1000);
    const deadline = Date.now() + this.env.START_SECONDS * 1000;
    while (Date.now() < deadline) {
      if (await this.#isHealthy()) return;
      if (!container.running) throw new Error("the container ended while it started");
      await scheduler.wait(POLL_MILLISECONDS);
    }
    await container.destroy();
    throw new Error(`the container did not answer within ${this.env.START_SECONDS} s`);
  }

  async #isHealthy(): Promise<boolean> {
    try {
      const response = await this.#port.fetch("http://backend/api/health", {
        signal: AbortSignal.timeout(1000),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false; // nothing listens yet
    }
  }
}

/**
 * Passes a response on through this object, which keeps the container awake while it lasts; a
 * response that is returned as it came is cut by the inactivity timeout.
 *
 * @param response what the container answered
 * @param stall how long nothing may move before the response is cut, in milliseconds; a client
 *   that never reads would keep the container awake, and its bill running, for ever
 * @param release called once, when the response has ended, however it did
 */
function passOn(response: Response, stall: number, release: () => void): Response {
  if (response.webSocket || !response.body) {
    release();
    return response;
  }
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), stall);
  const through = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(), stall);
      controller.enqueue(chunk);
    },
  });
  response.body
    .pipeTo(through.writable, { signal: stalled.signal })
    .catch(() => {}) // the client went away, the container died, or nothing moved
    .finally(() => {
      clearTimeout(timer);
      release();
    });
  return new Response(through.readable, response);
}
