/**
 * Builds the image and runs it on this machine, with the settings in `.env`; with `--scripted` it
 * has the answers of backend/tests instead, for the tests in e2e/. `E2E_IMAGE` names an image that
 * is built already.
 *
 *     bun scripts/image/preview.ts [--scripted]
 */
import { name } from "../../package.json";
import { givenSettings } from "../lib/app-settings";
import { exec, fail, ROOT } from "../lib/environment";
import { readPort, requireFreePorts } from "../lib/ports";

/** What the image has to do without, as in compose.yaml. */
const HARDENING = [
  "--read-only",
  "--tmpfs=/tmp",
  "--cap-drop=ALL",
  "--security-opt=no-new-privileges",
];

/** The variables with the address or token of a private registry; unset ones count as empty. */
const BUILD_SECRETS = ["NPM_TOKEN", "UV_DEFAULT_INDEX"].flatMap((name) => [
  "--secret",
  `id=${name},env=${name}`,
]);

/** Puts backend/tests/serve.py in the place of the app's own start, and lifts the rate limit. */
const SCRIPTED = [
  `--volume=${ROOT}/backend/tests:/opt/app/tests:ro`,
  `--volume=${ROOT}/backend/tests/serve.py:/opt/app/app/server/__main__.py:ro`,
  "--env=PYTHONPYCACHEPREFIX=/nowhere", // or the bytecode of the replaced file would run
  "--env=STREAM_REQUESTS_PER_MINUTE=100000",
];

/** Builds the image and returns its name. */
function build(): string {
  const { success } = Bun.spawnSync(["docker", "build", ...BUILD_SECRETS, "--tag", name, "."], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return success ? name : fail("The image can't be built: see above.");
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
if (scripted) options.push(...SCRIPTED);
const docker = Bun.which("docker") ?? fail("Docker is missing.");
exec(docker, ["run", ...options, "--env", "PORT=80", image], { ...process.env, ...settings });
