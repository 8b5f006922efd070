/**
 * Checks what a command needs, then becomes the command. Its requests to this machine bypass any
 * proxy. `--settings` adds the settings in `.env`, and `--packages FILE` the programs of locked
 * Python packages, installed in a `.venv` beside that file.
 *
 *     bun scripts/with.ts [--settings] [--packages FILE] [TOOL…] -- COMMAND ARGUMENT…
 */
import { delimiter, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { exec, fail, ROOT, withDotEnv, withoutPythonTargets } from "./environment";
import { isTool, requireTools } from "./tools";
import { prepareVenv } from "./venv";

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
  const requirements = resolve(ROOT, values.packages);
  const programs = prepareVenv({
    folder: join(dirname(requirements), ".venv"),
    requirements,
  });
  environment = withoutPythonTargets(environment);
  environment.PATH = `${programs}${delimiter}${environment.PATH}`;
}
const program = Bun.which(command, { PATH: environment.PATH ?? "" });
exec(program ?? fail(`${command} is missing: run \`bun install\`.`), args, environment);
