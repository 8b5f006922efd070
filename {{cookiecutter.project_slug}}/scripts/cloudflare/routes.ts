/**
 * Writes the app's routes for the Worker, without a server: part of `bun run types:api`.
 *
 *     bun scripts/cloudflare/routes.ts [--check]
 */
import { describeApp, writeGenerated } from "../lib/app";

await writeGenerated("worker/http/routes.gen.json", describeApp("routes", "cloudflare"));
