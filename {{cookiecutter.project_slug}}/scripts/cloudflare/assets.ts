/**
 * Prepares a built frontend for Cloudflare's static assets: writes `_headers`, and reports a file
 * that is too large.
 *
 *     bun scripts/cloudflare/assets.ts FOLDER
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import securityHeaders from "../../frontend/security-headers.json";

/** https://developers.cloudflare.com/workers/platform/limits/#static-assets */
const LARGEST_FILE = 25 * 1024 * 1024;

const [folder] = process.argv.slice(2);
if (!folder || !existsSync(join(folder, "index.html"))) {
  console.error(`${folder} does not contain a built frontend.`);
  process.exit(1);
}
for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
  if (statSync(join(folder, name)).size > LARGEST_FILE) {
    console.error(
      `${name} is larger than 25 MiB, the limit of Cloudflare: serve it from elsewhere.`,
    );
    process.exit(1);
  }
}

const lines = (headers: Record<string, string>) =>
  Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`);
const rules = [
  "/*",
  ...lines(securityHeaders),
  "/",
  ...lines({ "Cache-Control": "no-cache" }),
  "/assets/*",
  ...lines({ "Cache-Control": "public, max-age=31536000, immutable" }),
];
await Bun.write(join(folder, "_headers"), `${rules.join("\n")}\n`);
