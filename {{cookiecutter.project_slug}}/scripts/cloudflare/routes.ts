// bun run types:api: writes the app's routes for the Worker, without a server.
// With --check it writes nothing and fails if the committed file is out of date.
import { join } from "node:path";
import { fail, ROOT } from "../lib/environment";

const FILE = "worker/http/routes.gen.json";
const path = join(ROOT, FILE);

const python = join(ROOT, "scripts/python.ts");
const command = ["bun", python, "-m", "app.server.cli", "routes"];
const { success, stdout } = Bun.spawnSync(command, {
  env: { ...process.env, LAYOUT: "cloudflare" },
  stderr: "inherit",
});
if (!success) fail("The backend can't be imported; see above.");
const routes = stdout.toString();
if (!process.argv.includes("--check")) await Bun.write(path, routes);
else if ((await Bun.file(path).text()) !== routes) {
  fail(`${FILE} is out of date: run \`bun run types:api\` and commit it.`);
}
