/**
 * Says, each in one sentence, what would fail late: `bun scripts/cloudflare/preflight.ts MODE`,
 * where MODE is `dev` (no containers), `preview` or `deploy`.
 */
import { existsSync, readFileSync } from "node:fs";
import { REQUIRED } from "../../worker/container-env";
import { withDotEnv } from "../environment";

const [mode = "deploy"] = process.argv.slice(2);

/** What a command prints, or undefined where it is missing or fails. */
function output(command: string, ...args: string[]): string | undefined {
  if (!Bun.which(command)) return undefined;
  const done = Bun.spawnSync([command, ...args], { stdio: ["ignore", "pipe", "ignore"] });
  return done.success ? done.stdout.toString() : undefined;
}

function* nodeProblems(): Generator<string> {
  const [major = 0, minor = 0] =
    (output("node", "--version") ?? "").match(/\d+/g)?.map(Number) ?? [];
  if (major * 100 + minor < 2212) {
    yield "Node.js 22.12 or later is needed by wrangler: https://nodejs.org";
  }
}

function* configurationProblems(): Generator<string> {
  for (const name of ["wrangler.json", "wrangler.jsonc"]) {
    if (existsSync(name)) yield `${name} would silently win over wrangler.toml: remove it.`;
  }
}

function* dockerProblems(): Generator<string> {
  if (mode !== "dev" && output("docker", "info") === undefined) {
    yield "Docker builds the container's image, and no engine answers `docker info`: start it.";
  }
}

function* accountProblems(): Generator<string> {
  // wrangler succeeds here even where nobody is logged in
  if (mode === "deploy" && /not authenticated|^$/.test(output("wrangler", "whoami") ?? "")) {
    yield "wrangler does not know your account: bunx wrangler login";
  }
}

/** The names of the secrets that the app will find. */
function givenSecrets(): string[] {
  if (mode === "deploy") {
    const listed: { name: string }[] = JSON.parse(output("wrangler", "secret", "list") ?? "[]");
    return listed.map(({ name }) => name);
  }
  const given = withDotEnv(process.env);
  return Object.keys(given).filter((name) => given[name]);
}

function* secretProblems(): Generator<string> {
  if (REQUIRED.length === 0) return;
  const { vars = {} } = Bun.TOML.parse(readFileSync("wrangler.toml", "utf8")) as { vars?: object };
  const given = [...givenSecrets(), ...Object.keys(vars)];
  for (const name of REQUIRED.filter((name) => !given.includes(name))) {
    const remedy = mode === "deploy" ? `bunx wrangler secret put ${name}` : "set it in .env";
    yield `The app needs ${name}: ${remedy}`;
  }
}

const problems = [
  ...nodeProblems(),
  ...configurationProblems(),
  ...dockerProblems(),
  ...accountProblems(),
  ...secretProblems(),
];
for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);
