import { expect, test } from "bun:test";
import { config } from "../package.json";

const read = (path: string) => Bun.file(`${import.meta.dir}/../${path}`).text();
const [nginx, dockerfile, settings, example, compose, swarm, kubernetes] = await Promise.all([
  read("image/nginx.conf"),
  read("Dockerfile"),
  read("image/settings.sh"),
  read(".env.example"),
  read("compose.yaml"),
  read("deploy/swarm.yaml"),
  read("deploy/kubernetes/deployment.yaml"),
]);

/** Finds settings in a text; the pattern's groups are their names and values. */
function settingsIn(text: string, pattern: RegExp): Record<string, string> {
  const pairs = Array.from(text.matchAll(pattern), ([, name, value]) => [name, value]);
  return Object.fromEntries(pairs);
}

/** The image's settings with their defaults. */
const defaults = settingsIn(settings, /^export ([A-Z_]+)="\$\{\1:-(.*)\}"/gm);

/** Finds a number in a text; the pattern's group is the number. */
const numberIn = (text: string, pattern: RegExp) => Number(text.match(pattern)?.[1]);

test("nginx never redirects an API path to its folder", () => {
  const folders = config.apiPaths.filter((path) => path.endsWith("/*"));
  const refused = [...nginx.matchAll(/location = (\S+) \{[^}]*return 404;/g)];
  expect(refused.map(([, path]) => `${path}/*`)).toEqual(folders);
});

test(".env.example shows the image's defaults, except for the logs", () => {
  const { PORT, ...shared } = defaults; // with Docker Compose, HTTP_PORT sets the port
  expect(PORT).toBeString();
  expect(settingsIn(example, /^(?:# )?([A-Z_]+)=(.*)$/gm)).toMatchObject({
    ...shared,
    ACCESS_LOG: "true",
    LOG_FORMAT: "text",
  });
});

test("platforms wait longer for the container to stop than running streams may take", () => {
  const grace = Number(defaults.GRACE_SECONDS);
  for (const file of [compose, swarm]) {
    expect(numberIn(file, /stop_grace_period: (\d+)s/)).toBeGreaterThan(grace);
  }
  const preStop = numberIn(kubernetes, /sleep: \{ seconds: (\d+) \}/);
  const wait = numberIn(kubernetes, /terminationGracePeriodSeconds: (\d+)/);
  expect(wait).toBeGreaterThan(preStop + grace);
});

test("platforms wait as long for the container to start as the backend may take", () => {
  const start = Number(defaults.START_SECONDS);
  expect(numberIn(dockerfile, /--start-period=(\d+)s/)).toBe(start);
  expect(numberIn(kubernetes, /failureThreshold: (\d+)\n +readinessProbe/)).toBe(start);
});
