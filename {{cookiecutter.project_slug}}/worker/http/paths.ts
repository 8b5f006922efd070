/**
 * Decodes a path as the backend does: invalid UTF-8 becomes U+FFFD.
 *
 * @param pathname the path of a URL
 * @returns the decoded path, or undefined if an escape is malformed or a zero byte
 */
export function decodePath(pathname: string): string | undefined {
  if (/%(?![0-9a-f]{2})|%00/i.test(pathname)) return undefined;
  const bytes = pathname.replace(/%../g, (encoded) =>
    String.fromCharCode(Number(`0x${encoded.slice(1)}`)),
  );
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

/**
 * Whether a list from package.json contains a path, or a folder with it.
 *
 * @param path a decoded path
 * @param list paths such as `/env`, and folders such as `/api/*`
 */
export function isListed(path: string, list: readonly string[]): boolean {
  return list.some((listed) => {
    const folder = listed.replace(/\/\*$/, "");
    return path === folder || (listed !== folder && path.startsWith(`${folder}/`));
  });
}
