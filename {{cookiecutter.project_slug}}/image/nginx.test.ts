import { expect, test } from "bun:test";
import { config, packageManager } from "../package.json";

const read = (path: string) => Bun.file(`${import.meta.dir}/../${path}`).text();
const [nginx, dockerfile, backend, kubernetes] = await Promise.all([
  read("image/nginx.conf"),
  read("Dockerfile"),
  read("backend/app/settings.py"),
  read("deploy/kubernetes.yaml"),
]);

/** Renders nginx.conf as the image does, with the Dockerfile's settings and others over them. */
async function render(settings: Record<string, string> = {}) {
  const stated = [...dockerfile.matchAll(/^(?:ENV|) +([A-Z_]+)=(\d+)|^ENV ([A-Z_]+)=(\d+)/gm)];
  const defaults = Object.fromEntries(stated.map(([, a, b, c, d]) => [a ?? c, b ?? d]));
  const process = Bun.spawn([`${import.meta.dir}/render-config.sh`], {
    env: { PATH: Bun.env["PATH"] ?? "", ...defaults, ...settings },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [text, complaint, status] = await Promise.all([
    process.stdout.text(),
    process.stderr.text(),
    process.exited,
  ]);
  return { text, complaint, status };
}

test("nginx passes exactly the API's paths to the backend", () => {
  const proxied = [...nginx.matchAll(/location (= )?(\S+) \{[^}]*proxy_pass/g)];
  const paths = proxied.map(([, exact, path]) => (exact ? path : `${path}*`));
  expect(paths.toSorted()).toEqual(config.apiPaths.toSorted());
});

test("the image uses the port, the bun and the body limit that are stated elsewhere", () => {
  expect(dockerfile).toContain(`BACKEND_PORT=${config.backendPort}\n`);
  expect(
    `${dockerfile.match(/oven\/(bun):/)?.[1]}@${dockerfile.match(/oven\/bun:(\S+)/)?.[1]}`,
  ).toBe(packageManager);
  const factors = backend.match(/max_body_bytes: .*\s+default=([\d *]+),/)?.[1]?.split("*") ?? [];
  const limit = factors.reduce((product, factor) => product * Number(factor), 1);
  expect(dockerfile).toContain(`MAX_BODY_BYTES=${limit} `);
});

test("Kubernetes waits longer than running streams may take", () => {
  const [grace, wait] = [
    dockerfile.match(/ GRACE_SECONDS=(\d+)/)?.[1],
    kubernetes.match(/terminationGracePeriodSeconds: (\d+)/)?.[1],
  ].map(Number);
  expect(wait).toBeGreaterThan(Number(grace));
});

test("the settings reach the configuration, and none is left out", async () => {
  const { text, complaint } = await render({
    PORT: "8081",
    TRUSTED_PROXIES: "10.0.0.0/8 fd00::/8",
  });
  expect(complaint).toBe("");
  expect(text).toContain("listen 8081 ");
  expect(text).toContain("set_real_ip_from 10.0.0.0/8;");
  expect(text).toContain("set_real_ip_from fd00::/8;");
  expect(text.replaceAll(/#.*/g, "")).not.toMatch(/@[A-Z_]+@/);
});

test.each([
  ["PORT", "0"],
  ["PORT", "80; return 200"],
  ["NGINX_WORKERS", "auto"],
  ["GRACE_SECONDS", ""],
  ["TRUSTED_PROXIES", "10.0.0.0/8;"],
])("refuses %s=%j in one sentence", async (name, value) => {
  const { text, complaint, status } = await render({ [name]: value });
  expect({ text, status }).toEqual({ text: "", status: 2 });
  expect(complaint).toStartWith(name);
  expect(complaint.trim().split("\n")).toHaveLength(1);
});
