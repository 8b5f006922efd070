// Prints the compressed bytes of each JavaScript file of a built page, but those on first load, as JSON.
//
//   bun bench/app/chunks.ts PROJECT
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const assets = join(process.argv[2] ?? ".", "dist/frontend/assets");
const later = readdirSync(assets)
  .filter((name) => name.endsWith(".js") && !name.startsWith("index-"))
  .map((name) => Bun.gzipSync(readFileSync(join(assets, name)), { level: 9 }).length);
console.log(JSON.stringify({ later }));
