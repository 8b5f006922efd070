/** Builds the image and runs it on this machine, with the settings in `.env`. */
import { name } from "../../package.json";
import { exec, fail, ROOT } from "../environment";
import { readPort, requireFreePorts } from "../ports";
import { givenSettings } from "../settings";
import { requireImagePrerequisites } from "./preflight";

/** What the image has to do without, as in compose.yaml. */
const HARDENING = [
  "--read-only",
  "--tmpfs=/tmp",
  "--cap-drop=ALL",
  "--security-opt=no-new-privileges",
];

requireImagePrerequisites();
const port = readPort("IMAGE_PORT", 8080);
await requireFreePorts({ IMAGE_PORT: port });

const build = Bun.spawnSync(["docker", "build", "--tag", name, "."], {
  cwd: ROOT,
  stdio: ["ignore", "inherit", "inherit"],
});
if (!build.success) fail("The image can't be built: see above.");

console.log(`\n  http://localhost:${port}  (Ctrl-C stops it)\n`);
const settings = givenSettings();
// by name only, so that no value shows in the list of processes
const variables = Object.keys(settings).flatMap((setting) => ["--env", setting]);
const options = ["--rm", "--publish", `${port}:80`, ...HARDENING, ...variables];
const docker = Bun.which("docker") ?? fail("Docker is missing.");
exec(docker, ["run", ...options, "--env", "PORT=80", name], { ...process.env, ...settings });
