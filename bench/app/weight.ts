// Measures the files of a generated project's first load, and React alone, and prints the bytes as JSON.
//
//   bun bench/app/weight.ts PROJECT
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Bytes, with each file compressed with gzip as servers do. */
interface Weight {
  /** The JavaScript on first load. */
  script: number;
  /** React and react-dom alone. */
  floor: number;
  css: number;
}

/** Builds an installed project and measures the files of its first load. */
export function weigh(project: string): Weight {
  build(["bun", "run", "build"], project);
  const assets = join(project, "dist/frontend/assets");
  return {
    script: gzipBytes(assets, ".js", (name) => name.startsWith("index-")),
    floor: buildFloor(project),
    css: gzipBytes(assets, ".css"),
  };
}

function build(command: string[], cwd: string): void {
  const { success, stderr } = Bun.spawnSync(command, { cwd, stderr: "pipe" });
  if (!success) throw new Error(`${command.join(" ")} failed: ${stderr}`);
}

/** The compressed bytes of a folder's files with a given ending. */
function gzipBytes(folder: string, ending: string, isIncluded = (_: string) => true): number {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending) && isIncluded(name))
    .reduce(
      (sum, name) => sum + Bun.gzipSync(readFileSync(join(folder, name)), { level: 9 }).length,
      0,
    );
}

/** Builds a page of React and react-dom alone with the project's own Vite. */
function buildFloor(project: string): number {
  const floor = join(project, "frontend/.floor");
  mkdirSync(floor, { recursive: true });
  writeFileSync(
    join(floor, "index.html"),
    '<div id="root"></div><script type="module" src="/main.js"></script>',
  );
  writeFileSync(
    join(floor, "main.js"),
    'import { createElement } from "react"; import { createRoot } from "react-dom/client";' +
      'createRoot(document.getElementById("root")).render(createElement("p"));',
  );
  writeFileSync(
    join(floor, "vite.config.js"),
    "export default { build: { modulePreload: { polyfill: false } } };",
  );
  build(
    ["bunx", "vite", "build", floor, "--config", join(floor, "vite.config.js")],
    join(project, "frontend"),
  );
  const bytes = gzipBytes(join(floor, "dist/assets"), ".js");
  rmSync(floor, { recursive: true });
  return bytes;
}

if (import.meta.main) console.log(JSON.stringify(weigh(resolve(process.argv[2] ?? "."))));
