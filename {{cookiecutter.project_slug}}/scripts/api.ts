// bun run types:api: writes the frontend's types from the backend's OpenAPI document, without a server.
// With --check it writes nothing and fails where the committed types are not those.
import { compile, type JSONSchema } from "json-schema-to-typescript";
import { fail } from "./environment";

const TYPES = "frontend/src/api.gen.ts";

/** What the compiler adds to each model, and to their whole: noise here. */
const NOISE =
  /(\n \*)?\n \* This (interface|type) was referenced by `Schemas`'s JSON-Schema\n \* via the `definition` "\w+"\.|export interface Schemas \{[^}]*\}\n|\/\*\*\n \*\/\n/g;

/** Prints the backend's OpenAPI document and returns the schemas of its models. */
async function exportSchemas(): Promise<JSONSchema> {
  const { success, stdout } = Bun.spawnSync(["bun", "scripts/python.ts", "-m", "app.openapi"], {
    stderr: "inherit",
  });
  if (!success) fail("The backend can't be imported: see above.");
  const text = stdout.toString().replaceAll("#/components/schemas/", "#/definitions/");
  return { definitions: JSON.parse(text).components.schemas };
}

/** Titles of fields would become a type each; only models are worth one. */
function dropFieldTitles(schema: JSONSchema): void {
  for (const model of Object.values(schema.definitions ?? {})) {
    delete model.title;
    for (const field of Object.values(model.properties ?? {})) delete field.title;
  }
}

const schemas = await exportSchemas();
dropFieldTitles(schemas);
const compiled = await compile(schemas, "Schemas", {
  additionalProperties: false,
  bannerComment: "// Made by `bun run types:api` from the models of backend/app. Don't edit.",
  format: true,
  style: { printWidth: 100 },
  unreachableDefinitions: true,
});
const types = compiled.replace(NOISE, "").replace(/\/\*\*\n \*\/\n/g, "");

if (!process.argv.includes("--check")) await Bun.write(TYPES, types);
else if ((await Bun.file(TYPES).text()) !== types) {
  console.error(`${TYPES} is outdated: run \`bun run types:api\`.`);
  process.exit(1);
}
