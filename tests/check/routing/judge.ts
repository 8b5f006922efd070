/** Prints as JSON how a project's Worker handles the requests that examine.py has written to a file. */
import type { RouteTable } from "../../../{{cookiecutter.project_slug}}/worker/http/routes";

interface App {
  table: RouteTable;
  requests: { path: string; method: string; websocket: boolean }[];
}

const [project, file = ""] = process.argv.slice(2);
const { createMatcher, decodePath } = await import(`${project}/worker/http/routes.ts`);
const apps: App[] = await Bun.file(file).json();
const verdicts = apps.map(({ table, requests }) => {
  const judge = createMatcher(table);
  return requests.map(({ path, method, websocket }) => {
    const decoded = decodePath(path);
    return decoded === undefined ? { status: 400 } : judge(method, decoded, websocket);
  });
});
console.log(JSON.stringify(verdicts));
