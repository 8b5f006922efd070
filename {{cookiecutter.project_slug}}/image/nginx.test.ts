import { expect, test } from "bun:test";
import { config } from "../package.json";

const read = (path: string) => Bun.file(`${import.meta.dir}/../${path}`).text();
const [nginx, dockerfile, settings, example, compose, swarm, kubernetes, docs] = await Promise.all([
  read("image/nginx.conf"),
  read("Dockerfile"),
  read("image/settings.sh"),
  read(".env.example"),
  read("compose.yaml"),
  read("deploy/swarm.yaml"),
  read("deploy/kubernetes.yaml"),
  read("docs/monolith.md"),
]);

/** The settings that a pattern finds in a text: its groups are their names and values. */
function settingsIn(text: string, pattern: RegExp): Record<string, string> {
  const pairs = Array.from(text.matchAll(pattern), ([, name, value]) => [name, value]);
  return Object.fromEntries(pairs);
}

/** The image's settings with their defaults. */
const defaults = settingsIn(settings, /^export ([A-Z_]+)="\$\{\1:-(.*)\}"/gm);

/** The number that a pattern's group finds in a text. */
const numberIn = (text: string, pattern: RegExp) => Number(text.match(pattern)?.[1]);

/** Renders nginx.conf as the image does, with the defaults unless a setting is given. */
async function render(given: Record<string, string> = {}) {
  const process = Bun.spawn([`${import.meta.dir}/render-config.sh`], {
    env: { PATH: Bun.env.PATH ?? "", BACKEND_PORT: String(config.backendPort), ...given },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [text, complaint, status] = await Promise.all([
    process.stdout.text(),
    process.stderr.text(),
    process.exited,
  ]);
  return { text, complaints: complaint.split("\n").filter(Boolean), status };
}

test("nginx limits exactly the paths that package.json lists", () => {
  const { stdout } = Bun.spawnSync(["bun", `${import.meta.dir}/rate-limit.ts`]);
  const entries = stdout.toString().trim().split("\n").filter(Boolean);
  const patterns = entries.map(
    (line) => new RegExp(line.match(/^"~(.+)" \$counted_client;$/)?.[1] ?? "^$"),
  );
  const isLimited = (path: string) => patterns.some((pattern) => pattern.test(path));
  for (const path of config.limitedPaths) {
    const asked = path.replace("*", "x");
    expect([asked, `/x${asked}`].map(isLimited), path).toEqual([true, false]);
    if (asked === path)
      expect([`${path}x`, `${path}/x`].map(isLimited), path).toEqual([false, false]);
  }
  expect(entries).toHaveLength(config.limitedPaths.length);
});

test("nginx redirects no API path to its folder", () => {
  const folders = config.apiPaths.filter((path) => path.endsWith("/*"));
  const refused = [...nginx.matchAll(/location = (\S+) \{[^}]*return 404;/g)];
  expect(refused.map(([, path]) => `${path}/*`)).toEqual(folders);
});

test("the image's defaults are those in .env.example, except for its logs", () => {
  const { PORT, ...shared } = defaults; // with compose, HTTP_PORT is the port to set
  expect(PORT).toBeString();
  expect(settingsIn(example, /^(?:# )?([A-Z_]+)=(.*)$/gm)).toMatchObject({
    ...shared,
    ACCESS_LOG: "true",
    LOG_FORMAT: "text",
  });
});

test("whatever stops the container waits longer than running streams may take", () => {
  const grace = Number(defaults.GRACE_SECONDS);
  for (const file of [compose, swarm]) {
    expect(numberIn(file, /stop_grace_period: (\d+)s/)).toBeGreaterThan(grace);
  }
  const preStop = numberIn(kubernetes, /sleep: \{ seconds: (\d+) \}/);
  const wait = numberIn(kubernetes, /terminationGracePeriodSeconds: (\d+)/);
  expect(wait).toBeGreaterThan(preStop + grace);
});

test("whatever probes the container waits as long as the backend may take to start", () => {
  const start = Number(defaults.START_SECONDS);
  expect(numberIn(dockerfile, /--start-period=(\d+)s/)).toBe(start);
  expect(numberIn(kubernetes, /failureThreshold: (\d+)\n +readinessProbe/)).toBe(start);
});

test("the document lists every setting with its default", () => {
  expect(settingsIn(docs, /^\| `([A-Z_]+)` \| (\S*) \|/gm)).toMatchObject(defaults);
});

test("the settings reach the configuration, and none is left out", async () => {
  const { text, complaints } = await render({
    PORT: "8081",
    TRUSTED_PROXIES: " 10.0.0.0/8\tfd00::/8 ",
  });
  expect(complaints).toEqual([]);
  expect(text).toContain("listen 8081 ");
  expect(text).toContain("set_real_ip_from 10.0.0.0/8;");
  expect(text).toContain("set_real_ip_from fd00::/8;");
  expect(text.replaceAll(/#.*/g, "")).not.toMatch(/@[A-Z_]+@/);
});

test("an empty setting counts as not set", async () => {
  const empty = Object.fromEntries(Object.keys(defaults).map((name) => [name, ""]));
  expect(await render(empty)).toEqual(await render());
});

test.each([
  ["PORT", "0"],
  ["PORT", "080"],
  ["PORT", "-1"],
  ["PORT", " 80"],
  ["PORT", "80; return 200"],
  ["PORT", "80\n81"],
  ["PORT", "99999999999999999999"],
  ["BACKEND_PORT", ""],
  ["BACKEND_PORT", "tcp://10.96.0.12:80"],
  ["NGINX_WORKERS", "auto"],
  ["START_SECONDS", "abc"],
  ["GRACE_SECONDS", "1.5"],
  ["LOG_FORMAT", "xml"],
  ["TRUSTED_PROXIES", "10.0.0.0/8;"],
  ["TRUSTED_PROXIES", "10.0.0.0/8,10.1.0.0/16"],
  ["TRUSTED_PROXIES", "*"],
  ["TRUSTED_PROXIES", "10.0.0.0/33"],
  ["TRUSTED_PROXIES", "10.0.0.256"],
  ["TRUSTED_PROXIES", "fe80::1::2"],
  ["TRUSTED_PROXIES", "example.com"],
])("refuses %s=%j in one sentence", async (name, value) => {
  const { text, complaints, status } = await render({ [name]: value });
  expect({ text, status }).toEqual({ text: "", status: 2 });
  expect(complaints).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
});

test("refuses the same port twice", async () => {
  const { complaints, status } = await render({ PORT: String(config.backendPort) });
  expect(status).toBe(2);
  expect(complaints).toEqual([expect.stringContaining("PORT and BACKEND_PORT are both")]);
});

test("names everything that is wrong at once", async () => {
  const { complaints } = await render({ PORT: "x", START_SECONDS: "x", TRUSTED_PROXIES: "x y" });
  expect(complaints).toHaveLength(4);
});
