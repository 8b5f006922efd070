/**
 * Prints the entries of nginx's map of limited paths for `config.limitedPaths` of package.json:
 * `bun image/rate-limit.ts`. The image's build makes a file of them.
 */
import { readLimitedPaths } from "../scripts/lib/limited-paths";

for (const path of readLimitedPaths()) {
  const pattern = path.replaceAll(".", "\\.").replace(/\/\*$/, "(/|$)");
  const end = path.endsWith("/*") ? "" : "$"; // also before a line break, as in the app's routes
  console.log(`"~^${pattern}${end}" $counted_client;`);
}
