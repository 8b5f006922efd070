/**
 * Builds the container's image, starts it as the Worker does, and waits for `/api/health` and a
 * stream: `bun run --cwd worker container`. It gets the environment that the Worker gives it, and
 * runs as its own user, so an app that can't start there fails here and isn't deployed.
 */
import { join } from "node:path";
import { config, name } from "../../package.json";
import { containerEnvironment } from "../../worker/http/container-env";
import { givenSettings } from "../lib/app";
import { fail, ROOT } from "../lib/environment";
import { readConfiguration } from "./configuration";

const DOCKER = join(ROOT, "scripts/lib/docker.sh");
const IMAGE = `${name}-container`;

/** The stream doesn't use a model, which costs money and may need a key that isn't here. */
const NO_MODEL = { MODEL_NAME: "", MODEL_API_KEY: "" };

/** Runs docker with the variables of this process, and returns what it prints. */
function docker(...args: string[]): string {
  const options = { cwd: ROOT, env: process.env, stderr: "inherit" } as const;
  const { success, stdout } = Bun.spawnSync([DOCKER, ...args], options);
  if (!success) fail(`\`docker ${args[0]}\` failed; see above.`);
  return stdout.toString().trim();
}

/** Waits for a started container, and reads a stream; an error's message says what failed. */
async function tryImage(container: string, port: string, seconds: number): Promise<void> {
  const url = `http://${docker("port", container, `${port}/tcp`).split("\n")[0]}`;
  const end = AbortSignal.timeout(seconds * 1000);
  const isHealthy = () => fetch(`${url}/api/health`, { signal: end }).then(({ ok }) => ok);
  while (!(await isHealthy().catch(() => false))) {
    if (end.aborted) throw new Error(`no 200 from ${url}/api/health within ${seconds} s`);
    await Bun.sleep(100);
  }
  const response = await fetch(`${url}/stream`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content: "Hello" }] }),
    signal: AbortSignal.timeout(seconds * 1000),
  });
  const events = await response.text();
  if (!/^event: (done|error)$/m.test(events)) throw new Error(`the stream ended early: ${events}`);
}

const { vars = {} } = readConfiguration();
const port = String(config.backendPort);
const env = containerEnvironment({ ...vars, ...givenSettings(), ...NO_MODEL }, config.backendPort);
Object.assign(process.env, env);
docker("build", "--quiet", "--file", "Dockerfile-cloudflare", "--tag", IMAGE, ".");
const names = Object.keys(env).flatMap((variable) => ["--env", variable]); // values stay out of `ps`
const options = ["--detach", "--publish", `127.0.0.1::${port}`, ...names];
const container = docker("run", ...options, IMAGE);
try {
  await tryImage(container, port, Number(vars.START_SECONDS ?? 30));
  console.log("The container's image starts, and streams.");
} catch (error) {
  Bun.spawnSync(["docker", "logs", container], { stdio: ["ignore", "inherit", "inherit"] });
  console.error(`The container's image doesn't work: ${error}. Its log is above.`);
  process.exitCode = 1;
} finally {
  docker("rm", "--force", container);
}
