"""Resolve every locked dependency again, here and in the template: `make lock`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.generate import ROOT, generate

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
LOCKS = {"both": "bun.lock", "monolith": "bun.lock.monolith"}


def compile_requirements(project: Path, *arguments: str, output: Path) -> None:
    """Pin a pyproject.toml's packages for every platform, with hashes and without a host."""
    flags = ("--universal", "--generate-hashes", "--no-header", "--no-emit-index-url", "--quiet")
    python = ("--python", sys.executable)  # whatever environment is active
    command = ["uv", "pip", "compile", *flags, *python, "pyproject.toml", *arguments]
    command += ["--output-file", str(output)]
    subprocess.run(command, cwd=project, check=True)


def lock_workspaces(deployment: str, name: str) -> None:
    """Lock the packages of a generated project of one layout."""
    with tempfile.TemporaryDirectory() as folder:
        app = generate(Path(folder), deployment=deployment, initialize_git="false")
        subprocess.run(["bun", "install", "--lockfile-only"], cwd=app, check=True)
        lock = (app / "bun.lock").read_text("utf-8")
    (TEMPLATE / name).write_text(lock, "utf-8")  # the hook puts the project's own name in


def main() -> None:
    """Lock everything."""
    requirements = ROOT / "tools" / "requirements"
    for group in ("demo", "dev", "node", "uv"):
        compile_requirements(ROOT, "--group", group, output=requirements / f"{group}.txt")
    backend = TEMPLATE / "backend"
    compile_requirements(backend, output=backend / "requirements.txt")
    compile_requirements(
        backend, "--group", "dev", "-c", "requirements.txt", output=backend / "requirements-dev.txt"
    )
    for deployment, name in LOCKS.items():
        lock_workspaces(deployment, name)


if __name__ == "__main__":
    main()
