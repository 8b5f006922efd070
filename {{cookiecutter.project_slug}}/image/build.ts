/**
 * Writes what nginx needs besides the built frontend: `bun image/build.ts FRONTEND NGINX`.
 *
 * FRONTEND gets a `.br` and a `.gz` next to each text file that becomes smaller, so that nginx
 * doesn't compress files itself. NGINX gets the parts of nginx's configuration that other files of
 * this project determine. The image's build runs this.
 */
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import headers from "../frontend/security-headers.json";
import { config } from "../package.json";
import { findProblems } from "../scripts/lib/limited-paths";

/** The security headers that matter for responses other than pages. */
const DATA_HEADERS = ["X-Content-Type-Options", "Cross-Origin-Resource-Policy"];

const TEXT = new Bun.Glob("**/*.{css,html,js,json,mjs,svg,txt,wasm,webmanifest,xml}");

async function compressFiles(folder: string): Promise<void> {
  for (const path of TEXT.scanSync({ cwd: folder, absolute: true })) {
    const bytes = await Bun.file(path).bytes();
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    const brotli = brotliCompressSync(bytes, { params });
    const gzip = gzipSync(bytes, { level: 9 });
    if (brotli.length < bytes.length) await Bun.write(`${path}.br`, brotli);
    if (gzip.length < bytes.length) await Bun.write(`${path}.gz`, gzip);
  }
}

/** Returns the `add_header` lines for headers of frontend/security-headers.json. */
function headerLines(entries: [string, string][]): string {
  const lines = entries.map(([name, value]) => {
    if (/["\\$\r\n]/.test(value)) throw new Error(`nginx can't send this value of ${name}.`);
    return `add_header ${name} "${value}" always;\n`;
  });
  return lines.join("");
}

/**
 * Returns the entries of nginx's map for `config.limitedPaths` in package.json. If the list is
 * wrong, prints why and ends the process.
 */
function limitLines(): string {
  const problems = findProblems(config.limitedPaths, config.apiPaths);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exit(1);
  const lines = config.limitedPaths.map((path) => {
    const pattern = path.replaceAll(".", "\\.").replace(/\/\*$/, "(/|$)");
    const end = path.endsWith("/*") ? "" : "$"; // matches before a line break too, like the app's routes
    return `"~^${pattern}${end}" $counted_client;\n`;
  });
  return lines.join("");
}

const [frontend, nginx] = process.argv.slice(2);
if (!frontend || !nginx) throw new Error("Usage: bun image/build.ts FRONTEND NGINX");
const entries = Object.entries(headers);
const dataEntries = entries.filter(([name]) => DATA_HEADERS.includes(name));
if (dataEntries.length !== DATA_HEADERS.length)
  throw new Error(`frontend/security-headers.json lacks one of ${DATA_HEADERS.join(", ")}.`);
await Bun.write(`${nginx}/limited-paths.conf`, limitLines());
await Bun.write(`${nginx}/page-headers.conf`, headerLines(entries));
await Bun.write(`${nginx}/data-headers.conf`, headerLines(dataEntries));
await compressFiles(frontend);
