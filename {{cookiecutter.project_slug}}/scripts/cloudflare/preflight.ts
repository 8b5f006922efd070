/** Says before a deployment or a preview, in one sentence, what would fail late. */
import { existsSync } from "node:fs";

const problems: string[] = [];
const succeeds = (...command: string[]) =>
  Bun.spawnSync(command, { stdio: ["ignore", "ignore", "ignore"] }).success;

const node = Bun.spawnSync(["node", "--version"])
  .stdout.toString()
  .match(/v(\d+)\.(\d+)/);
if (!node || Number(node[1]) * 100 + Number(node[2]) < 2212) {
  problems.push("Node.js 22.12 or later is needed by wrangler: https://nodejs.org");
}
for (const name of ["wrangler.json", "wrangler.jsonc"]) {
  if (existsSync(name)) problems.push(`${name} would silently win over wrangler.toml: remove it.`);
}
if (!Bun.which("docker") || !succeeds("docker", "info")) {
  problems.push(
    "Docker builds the container's image, and no engine answers `docker info`: start it.",
  );
}
if (process.argv.includes("--deploy") && !succeeds("bunx", "wrangler", "whoami")) {
  problems.push("wrangler does not know your account: bunx wrangler login");
}
for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);
