/** Prints nginx `add_header` lines for frontend/security-headers.json: the image's build includes them. */
import headers from "../frontend/security-headers.json";

for (const [name, value] of Object.entries(headers)) {
  if (/["\\$\r\n]/.test(value)) throw new Error(`${name}: nginx cannot take this value as it is.`);
  console.log(`add_header ${name} "${value}" always;`);
}
