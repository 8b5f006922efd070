"""Working on a generated app: installing, building, and the time from a change to its effect."""

import json
import shutil
import subprocess
import time
from pathlib import Path

from bench.results import Row, compared, measured
from tests.projects import run, shared

LOOP = Path(__file__).parent / "loop.ts"
ROUNDS = 5
EMPTY = "an empty Vite project with React"
PACKAGES = (
    "react",
    "react-dom",
    "@types/react",
    "@types/react-dom",
    "@vitejs/plugin-react",
    "vite",
)
"""The packages of Vite's own React and TypeScript template, without TypeScript and a linter."""
FILES = {
    "index.html": '<div id="root"></div><script type="module" src="/main.tsx"></script>\n',
    "main.tsx": (
        'import { createRoot } from "react-dom/client";\n'
        'createRoot(document.getElementById("root")!).render(<p>Hello</p>);\n'
    ),
    "vite.config.ts": (
        'import react from "@vitejs/plugin-react";\n'
        'import { defineConfig } from "vite";\n'
        "export default defineConfig({ plugins: [react()] });\n"
    ),
}


def empty_project(app: Path, folder: Path) -> Path:
    """Write an empty project with the versions of a generated one, and lock it."""
    folder.mkdir()
    wanted: dict[str, str] = {}
    for name in ("package.json", "frontend/package.json"):
        manifest = json.loads((app / name).read_text())
        found = {**manifest.get("dependencies", {}), **manifest["devDependencies"]}
        wanted |= {name: found[name] for name in (*PACKAGES, "typescript") if name in found}
    manifest = {"type": "module", "scripts": {"build": "vite build"}, "dependencies": wanted}
    (folder / "package.json").write_text(json.dumps(manifest))
    for name, text in FILES.items():
        (folder / name).write_text(text)
    run(folder, "bun", "install")
    return folder


def milliseconds(folder: Path, *command: str) -> float:
    """Time a command."""
    started = time.perf_counter()
    run(folder, *command)
    return (time.perf_counter() - started) * 1000


def install_and_build(app: Path, empty: Path) -> list[Row]:
    """Time an installation from a full cache and a build, in turns."""
    installs: dict[Path, list[float]] = {app: [], empty: []}
    builds: dict[Path, list[float]] = {app: [], empty: []}
    for number in range(ROUNDS):
        for folder in (app, empty) if number % 2 else (empty, app):
            for modules in [folder / "node_modules", *folder.glob("*/node_modules")]:
                shutil.rmtree(modules, ignore_errors=True)
            installs[folder].append(milliseconds(folder, "bun", "install", "--frozen-lockfile"))
            builds[folder].append(milliseconds(folder, "bun", "run", "build"))
    return [
        compared("install", "`bun install`", installs[app], (EMPTY, installs[empty]), "ms"),
        compared("build", "`bun run build`", builds[app], (EMPTY, builds[empty]), "ms"),
    ]


def loop(app: Path) -> list[Row]:
    """Time the start of `bun run dev` and the effect of an edit."""
    command = ["bun", str(LOOP), str(app), str(ROUNDS)]
    found = json.loads(subprocess.check_output(command, text=True))
    return [
        measured("start", "from `bun run dev` to the API's first response", found["start"], "ms"),
        measured("python", "from a saved `.py` file to its effect", found["python"], "ms").at_most(
            1000
        ),
        measured("react", "from a saved `.tsx` file to its effect", found["react"], "ms").at_most(
            1000
        ),
    ]


def measure(base: Path) -> list[Row]:
    """Measure a copy of a project with the default answers."""
    app = base / "development" / "app"
    leave_out = shutil.ignore_patterns("node_modules", "dist", ".wrangler")
    shutil.copytree(shared(base, "cloudflare"), app, ignore=leave_out, symlinks=True)
    # a virtual environment stores the path of its folder
    shutil.rmtree(app / "backend" / ".venv")
    run(app, "bun", "run", "--cwd", "backend", "setup")
    rows = install_and_build(app, empty_project(app, base / "development" / "empty"))
    return rows + loop(app)
