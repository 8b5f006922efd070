/** Says before a deployment or a preview, in one sentence, what would fail late. */
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { REQUIRED } from "../../worker/settings";

const problems: string[] = [];

/** What a command prints, or undefined where it is missing or fails. */
function output(command: string, ...args: string[]): string | undefined {
  if (!Bun.which(command)) return undefined;
  const done = Bun.spawnSync([command, ...args], { stdio: ["ignore", "pipe", "ignore"] });
  return done.success ? done.stdout.toString() : undefined;
}

const node = output("node", "--version")?.match(/v(\d+)\.(\d+)/);
if (!node || Number(node[1]) * 100 + Number(node[2]) < 2212) {
  problems.push("Node.js 22.12 or later is needed by wrangler: https://nodejs.org");
}
for (const name of ["wrangler.json", "wrangler.jsonc"]) {
  if (existsSync(name)) problems.push(`${name} would silently win over wrangler.toml: remove it.`);
}
if (output("docker", "info") === undefined) {
  problems.push(
    "Docker builds the container's image, and no engine answers `docker info`: start it.",
  );
}
if (process.argv.includes("--deploy")) {
  // wrangler succeeds here even where nobody is logged in
  const account = output("wrangler", "whoami") ?? "not authenticated";
  if (account.includes("not authenticated")) {
    problems.push("wrangler does not know your account: bunx wrangler login");
  }
}
if (REQUIRED.length > 0) {
  const deploying = process.argv.includes("--deploy");
  const { vars = {} } = Bun.TOML.parse(readFileSync("wrangler.toml", "utf8")) as { vars?: object };
  const secrets: string[] = deploying
    ? JSON.parse(output("wrangler", "secret", "list") ?? "[]").map(
        ({ name }: { name: string }) => name,
      )
    : Object.entries(existsSync(".dev.vars") ? parseEnv(readFileSync(".dev.vars", "utf8")) : {})
        .filter(([, value]) => value)
        .map(([name]) => name);
  for (const name of REQUIRED.filter((name) => !secrets.includes(name) && !(name in vars))) {
    const remedy = deploying ? `bunx wrangler secret put ${name}` : "set it in .dev.vars";
    problems.push(`The app needs ${name}: ${remedy}`);
  }
}
for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);
