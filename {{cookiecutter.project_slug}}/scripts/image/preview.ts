/**
 * Builds the image and runs it on this machine, with the settings in `.env`. With `--scripted`, it
 * serves the answers of backend/tests instead, for the tests in e2e/. `E2E_IMAGE` names an image to
 * run instead of building one.
 *
 *     bun scripts/image/preview.ts [--scripted]
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { name } from "../../package.json";
import { givenSettings } from "../lib/app";
import { exec, fail, ROOT } from "../lib/environment";
import { readPort, requireFreePorts } from "../lib/servers";
import { succeeds } from "../lib/tools";

/** The restrictions of compose.yaml. */
const HARDENING = [
  "--read-only",
  "--tmpfs=/tmp",
  "--cap-drop=ALL",
  "--security-opt=no-new-privileges",
];

/** Returns options that start backend/tests/serve.py instead of the app, without a rate limit. */
function scriptedOptions(): string[] {
  const tests = copyTests();
  return [
    `--volume=${tests}:/opt/app/tests:ro`,
    `--volume=${tests}/serve.py:/opt/app/app/server/__main__.py:ro`,
    "--env=PYTHONPYCACHEPREFIX=/nowhere", // otherwise the bytecode of the replaced file would run
    "--env=STREAM_REQUESTS_PER_MINUTE=100000",
  ];
}

/** Copies backend/tests, readable for the image's user under any umask, and returns its path. */
function copyTests(): string {
  const [source, target] = [join(ROOT, "backend/tests"), join(ROOT, "dist/image-tests")];
  process.umask(0o022);
  rmSync(target, { recursive: true, force: true });
  for (const name of new Bun.Glob("**/*").scanSync(source)) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    writeFileSync(join(target, name), readFileSync(join(source, name)));
  }
  return target;
}

/** Builds the image and returns its name. */
function build(): string {
  const built = succeeds(["scripts/lib/docker.sh", "build", "--tag", name, "."]);
  return built ? name : fail("The image can't be built: see above.");
}

const scripted = process.argv.includes("--scripted");
const port = readPort("IMAGE_PORT", 8080);
await requireFreePorts({ IMAGE_PORT: port });

const image = process.env.E2E_IMAGE || build();
console.log(`\n  http://localhost:${port}  (Ctrl-C stops it)\n`);
const settings = scripted ? {} : givenSettings();
// by name only, so that no value shows in the list of processes
const variables = Object.keys(settings).flatMap((setting) => ["--env", setting]);
const options = ["--rm", "--publish", `${port}:80`, ...HARDENING, ...variables];
if (scripted) options.push(...scriptedOptions());
const docker = Bun.which("docker") ?? fail("Docker is missing.");
exec(docker, ["run", ...options, "--env", "PORT=80", image], { ...process.env, ...settings });
