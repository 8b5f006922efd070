// bun scripts/cloudflare/assets.ts FOLDER: writes `_headers` for Cloudflare's static assets into a
// built frontend.
import { existsSync } from "node:fs";
import { join } from "node:path";
import securityHeaders from "../../frontend/security-headers.json";
import { fail } from "../lib/environment";

const [folder = ""] = process.argv.slice(2);
if (!existsSync(join(folder, "index.html"))) fail(`${folder} does not contain a built frontend.`);
const rules = {
  "/*": securityHeaders,
  "/": { "Cache-Control": "no-cache" },
  "/assets/*": { "Cache-Control": "public, max-age=31536000, immutable" },
};
const lines = Object.entries(rules).flatMap(([path, headers]) => [
  path,
  ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`),
]);
await Bun.write(join(folder, "_headers"), `${lines.join("\n")}\n`);
