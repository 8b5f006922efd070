/**
 * Checks that a command's tools are installed, then runs the command in place of this process. Its
 * requests to this machine bypass any proxy. `--settings` adds the settings in `.env`. `--packages
 * FOLDER` installs the folder's `requirements.txt` in its `.venv` and adds its programs to `PATH`.
 *
 *     bun scripts/with.ts [--settings] [--packages FOLDER] [TOOL…] -- COMMAND ARGUMENT…
 */
import { delimiter } from "node:path";
import { parseArgs } from "node:util";
import { exec, fail, pythonEnvironment, withDotEnv } from "./lib/environment";
import { isTool, requireTools } from "./lib/tools";
import { prepareVenv, toolVenv } from "./lib/venv";

const words = process.argv.slice(2);
const end = words.indexOf("--");
const { values, positionals } = parseArgs({
  args: words.slice(0, end),
  allowPositionals: true,
  options: { settings: { type: "boolean" }, packages: { type: "string" } },
});
const [command = "", ...args] = words.slice(end + 1);

requireTools(...positionals.filter(isTool));
let environment = values.settings ? withDotEnv(process.env) : { ...process.env };
if (values.packages) {
  const programs = prepareVenv(toolVenv(values.packages));
  environment = pythonEnvironment(environment);
  environment.PATH = `${programs}${delimiter}${environment.PATH}`;
}
const program = Bun.which(command, { PATH: environment.PATH ?? "" });
exec(program ?? fail(`${command} is missing: run \`bun install\`.`), args, environment);
