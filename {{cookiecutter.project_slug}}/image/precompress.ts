/**
 * Writes a `.br` and a `.gz` beside each text file of a folder that gains by it, so that nginx sends them without
 * compressing anything itself: `bun image/precompress.ts dist/frontend`.
 */
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Name the folder with the built frontend.");

for (const name of new Bun.Glob(
  "**/*.{css,html,js,json,mjs,svg,txt,wasm,webmanifest,xml}",
).scanSync(folder)) {
  const path = `${folder}/${name}`;
  const bytes = await Bun.file(path).bytes();
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  const gzip = gzipSync(bytes, { level: 9 });
  if (brotli.length < bytes.length) await Bun.write(`${path}.br`, brotli);
  if (gzip.length < bytes.length) await Bun.write(`${path}.gz`, gzip);
}
