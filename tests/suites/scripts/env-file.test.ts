import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unstable_getVarsForDev } from "wrangler";
import { writeEnvFile } from "../cloudflare/configuration";

const folder = mkdtempSync(join(tmpdir(), "env-file-"));
const path = join(folder, "dev.env");

afterAll(() => rmSync(folder, { recursive: true }));

/** Returns what the Worker gets from a file, using wrangler's own code. */
function readByWrangler(): Record<string, unknown> {
  const vars = unstable_getVarsForDev(undefined, [path], {}, undefined, true);
  return Object.fromEntries(
    Object.entries(vars).map(([name, binding]) => [name, "value" in binding && binding.value]),
  );
}

test("values reach the Worker unchanged", () => {
  const values = {
    PLAIN: "1",
    DOLLAR: "pa$$word $HOME \x24{HOME:-x} \\$ $",
    HASH: "a # b",
    SPACES: "  spaces  ",
    SINGLE: "it's",
    DOUBLE: '{"json": "\\n"}',
    BOTH: `'"`,
    BACKSLASH: "C:\\new\\",
    LINES: "-----BEGIN-----\nabc=\n-----END-----\n",
    PLAIN_AGAIN: "2",
    UNICODE: "ü☃",
  };
  writeEnvFile(path, values);
  expect(readByWrangler()).toEqual(values);
});

test("empty values are left out, as if they were not set", () => {
  writeEnvFile(path, { EMPTY: "", UNSET: undefined, SET: "1" });
  expect(readByWrangler()).toEqual({ SET: "1" });
});

test("an error names the variable whose value can't be written", () => {
  expect(() => writeEnvFile(path, { KEY: `'"\`` })).toThrow("KEY in .env");
});
