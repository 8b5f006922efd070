/** The checks for the image in `bun run doctor`. */
import { config } from "../../package.json";
import type { Checks } from "../doctor";
import { readText } from "../lib/environment";
import { portProblems } from "../lib/servers";

/** Returns the paths that nginx passes to the backend, in the form of `config.apiPaths`. */
function proxiedPaths(): string[] {
  const locations = readText("image/nginx.conf").matchAll(/location (= )?(\S+) \{[^}]*proxy_pass/g);
  return Array.from(locations, ([, exact, path]) => (exact ? `${path}` : `${path}*`));
}

function imageProblems(): string[] {
  const problems: string[] = [];
  const dockerfile = readText("Dockerfile");
  const port = dockerfile.match(/^ENV BACKEND_PORT=(\d+)$/m)?.[1];
  if (Number(port) !== config.backendPort) {
    problems.push(
      `BACKEND_PORT in Dockerfile differs from config.backendPort in package.json: set it to ${config.backendPort}.`,
    );
  }
  const paths = proxiedPaths();
  const missing = config.apiPaths.filter((path) => !paths.includes(path));
  const unknown = paths.filter((path) => !config.apiPaths.includes(path));
  for (const path of missing) {
    problems.push(`image/nginx.conf has no location that passes ${path} to the backend: add it.`);
  }
  for (const path of unknown) {
    problems.push(
      `image/nginx.conf passes ${path} to the backend, which config.apiPaths in package.json lacks: add it there or remove the location.`,
    );
  }
  return problems;
}

/** The checks of this layout. */
export const checks: Checks = {
  image: { problems: imageProblems },
  "image-port": {
    after: ["dotenv"],
    neededBy: "previews",
    problems: () => portProblems({ IMAGE_PORT: 8080 }),
  },
};
