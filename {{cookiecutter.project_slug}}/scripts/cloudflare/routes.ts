// bun run types:api: writes the app's routes for the Worker, without a server.
// With --check it writes nothing and fails if the committed file is out of date.
import { join } from "node:path";
import { fail, ROOT } from "../lib/environment";
import { runCli } from "../lib/venv";

const FILE = "worker/http/routes.gen.json";
const path = join(ROOT, FILE);

const { success, stdout } = runCli("routes", { LAYOUT: "cloudflare" });
if (!success) fail("The backend can't be imported: see above.");
const routes = stdout.toString();
if (!process.argv.includes("--check")) await Bun.write(path, routes);
else if ((await Bun.file(path).text()) !== routes) {
  fail(`${FILE} is out of date: run \`bun run types:api\` and commit it.`);
}
