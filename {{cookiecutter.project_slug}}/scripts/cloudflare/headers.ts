/** Writes `_headers` into a built frontend, for the files that Cloudflare serves by itself. */
import { join } from "node:path";
import securityHeaders from "../../frontend/security-headers.json";

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: bun scripts/cloudflare/headers.ts FOLDER");
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
