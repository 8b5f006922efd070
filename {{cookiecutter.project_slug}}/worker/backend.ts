import { DurableObject } from "cloudflare:workers";
import { config } from "../package.json";
import { containerEnvironment } from "./http/container-env";
import { unavailable } from "./http/problems";
import { passOn } from "./http/streaming";
import { Gauge, type Refusal, readAsk, SCALING_HEADER } from "./scaling/gauge";
import { connectServices } from "./services";

const POLL_MILLISECONDS = 20;

/** The pause before a start that follows a failed one. It doubles each time, up to the longest. */
const PAUSE_MILLISECONDS = { first: 100, longest: 5000 };

/** The number of starts before another instance takes the request. */
const STARTS = 4;

/** Error messages that mean that there was no connection. */
const NOT_CONNECTED = /is not (listening|running)/i;

/** The app didn't get the request, so it may be sent again, here or to another instance. */
class UndeliveredError extends Error {}

/** One container and the requests that it serves. Without requests, it sleeps. */
export class Backend extends DurableObject<Env> {
  readonly #gauge = new Gauge(this.env.REQUESTS_PER_INSTANCE, this.env.MAX_INSTANCES);
  #inFlight = 0;
  #ready = false;
  #starting: Promise<void> | undefined;
  #awakeSince = 0;
  #pause = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    if (ctx.container?.running) ctx.blockConcurrencyWhile(() => connectServices(ctx));
  }

  /** Forwards a request to the container, or refuses it so that the router asks another instance. */
  override async fetch(request: Request): Promise<Response> {
    const ask = readAsk(request.headers);
    const refusal = this.#gauge.refusal(ask, this.#inFlight);
    if (refusal) return this.#report(new Response(null, { status: 503 }), refusal);
    this.#inFlight += 1;
    const sleep = this.env.SLEEP_AFTER_SECONDS * 1000;
    const release = (cut: boolean) => {
      this.#inFlight -= 1;
      this.#stayAwake();
      if (cut) this.ctx.storage.setAlarm(Date.now() + sleep);
    };
    try {
      const response = await this.#deliver(request, ask.must || this.#gauge.isAlone);
      const limits = { response: this.env.MAX_RESPONSE_SECONDS * 1000, silence: sleep };
      return this.#report(passOn(response, limits, release));
    } catch (error) {
      release(false);
      const response = unavailable(request.headers.get("X-Request-ID"), error);
      if (!(error instanceof UndeliveredError)) return this.#report(response);
      this.#gauge.failed();
      return this.#report(response, "down");
    }
  }

  /** Adds the instance's report for the router. */
  #report(response: Response, refusal?: Refusal): Response {
    if (!response.webSocket) response.headers.set(SCALING_HEADER, this.#gauge.reply(refusal));
    return response;
  }

  /**
   * Stops an idle container whose client doesn't read the end of a stream that was cut off. That
   * connection keeps this object busy, and the container of a busy object never sleeps.
   */
  override async alarm(): Promise<void> {
    const sleep = this.env.SLEEP_AFTER_SECONDS * 1000;
    const remaining = this.#awakeSince + sleep - Date.now();
    if (this.#inFlight === 0 && remaining <= 0) await this.#container.destroy();
    else await this.ctx.storage.setAlarm(Date.now() + (remaining > 0 ? remaining : sleep));
  }

  /**
   * Sends a request to the container once it is ready. If the container ends before the app got
   * the request, it is started again. A request that may have reached the app is never sent twice.
   *
   * @param patient whether to try for `START_SECONDS`, because no other instance is likely to help
   */
  async #deliver(request: Request, patient: boolean): Promise<Response> {
    const body = request.body && (await request.arrayBuffer());
    const deadline = Date.now() + this.env.START_SECONDS * 1000;
    for (let starts = 1; ; starts += 1) {
      try {
        await this.#started();
        return await this.#forward(request, body);
      } catch (error) {
        const final = Date.now() >= deadline || (starts === STARTS && !patient);
        if (final || !(error instanceof UndeliveredError)) throw error;
      }
    }
  }

  /** Sends a request to the container; fails if no response begins in time or the client leaves. */
  async #forward(request: Request, body: ArrayBuffer | null): Promise<Response> {
    const headers = new Headers(request.headers);
    headers.delete(SCALING_HEADER);
    const url = request.url.replace("https:", "http:"); // the container doesn't use TLS
    const limit = this.env.FIRST_BYTE_SECONDS;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(`no response within ${limit} s`), limit * 1000);
    try {
      return await this.#port.fetch(url, {
        method: request.method,
        headers,
        body,
        redirect: "manual",
        signal: AbortSignal.any([late.signal, request.signal]),
      });
    } catch (error) {
      if (!request.signal.aborted) this.#ready = false;
      throw NOT_CONNECTED.test(String(error)) ? new UndeliveredError(String(error)) : error;
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

  /** Resolves once the container is ready. Requests that arrive meanwhile share one start. */
  async #started(): Promise<void> {
    if (this.#ready && this.#container.running) {
      this.#stayAwake();
      return;
    }
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  /** Starts the container, unless it is running, and waits until it is ready. */
  async #start(): Promise<void> {
    this.#ready = false;
    if (this.#pause) await scheduler.wait(this.#pause);
    const doubled = this.#pause * 2 || PAUSE_MILLISECONDS.first;
    this.#pause = Math.min(doubled, PAUSE_MILLISECONDS.longest);
    const container = this.#container;
    if (!container.running) {
      const env = containerEnvironment(this.env, config.backendPort);
      await connectServices(this.ctx);
      container.start({ enableInternet: true, env });
      this.#awakeSince = 0;
    }
    this.#stayAwake();
    await this.#waitUntilHealthy();
    this.#ready = true;
    this.#pause = 0;
    this.#gauge.started();
  }

  async #waitUntilHealthy(): Promise<void> {
    const container = this.#container;
    const deadline = Date.now() + this.env.START_SECONDS * 1000;
    while (Date.now() < deadline) {
      if (await this.#isHealthy()) return;
      if (!container.running) throw new UndeliveredError("the container ended while it started");
      await scheduler.wait(POLL_MILLISECONDS);
    }
    await container.destroy();
    throw new UndeliveredError(`the container was not ready within ${this.env.START_SECONDS} s`);
  }

  async #isHealthy(): Promise<boolean> {
    try {
      const response = await this.#port.fetch("http://backend/api/health", {
        signal: AbortSignal.timeout(1000),
      });
      await response.arrayBuffer(); // a connection with an unread response can't be used again
      return response.ok;
    } catch {
      return false; // the app isn't listening yet
    }
  }

  /**
   * Restarts the inactivity timeout, at most 20 times per timeout, since each restart is a message
   * to the platform.
   *
   * `container.monitor()` would report the container's end, but a pending call keeps this object
   * and its container awake.
   */
  #stayAwake(): void {
    const milliseconds = this.env.SLEEP_AFTER_SECONDS * 1000;
    if (!this.ctx.container?.running || Date.now() - this.#awakeSince < milliseconds / 20) return;
    this.#awakeSince = Date.now();
    this.ctx.container.setInactivityTimeout(milliseconds).catch((error) => {
      console.error("the inactivity timeout was not set", String(error));
    });
  }
}
