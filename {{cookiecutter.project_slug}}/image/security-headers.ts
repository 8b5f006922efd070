/**
 * Prints nginx `add_header` lines for frontend/security-headers.json, or for the headers that are named:
 * `bun image/security-headers.ts [NAME…]`. The image's build makes files of them.
 */
import headers from "../frontend/security-headers.json";

const names = process.argv.slice(2);
for (const name of names)
  if (!(name in headers)) throw new Error(`${name} is not among the headers.`);
for (const [name, value] of Object.entries(headers)) {
  if (/["\\$\r\n]/.test(value)) throw new Error(`${name}: nginx cannot take this value as it is.`);
  if (names.length === 0 || names.includes(name))
    console.log(`add_header ${name} "${value}" always;`);
}
