"""A generated project's commands use its own Python environment, even if another one is active."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import attempt, environment, generate, run

MARKER = "def who() -> str: return 'the developer'\n"


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """The developer's own virtual environment with a package."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "mine"], check=True)
    [packages] = (tmp_path / "mine").glob("lib/python*/site-packages")
    (packages / "marker.py").write_text(MARKER)
    return tmp_path / "mine"


@pytest.fixture
def project(cloudflare_app: Path, tmp_path: Path) -> Path:
    """A project with JavaScript packages but no Python packages."""
    project = generate(tmp_path, initialize_git="false")
    (project / "node_modules").symlink_to(cloudflare_app / "node_modules")
    return project


def contents(folder: Path) -> list[str]:
    """List the files of an environment."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def active(foreign: Path, kind: str) -> dict[str, str]:
    """The variables of a shell in which another environment is active or requested."""
    variables: dict[str, dict[str, object]] = {
        "venv": {"VIRTUAL_ENV": foreign},
        "conda": {"CONDA_PREFIX": foreign, "CONDA_DEFAULT_ENV": "mine"},
        "python": {
            "PYTHONHOME": foreign,
            "PYTHONPATH": next(foreign.glob("lib/python*/site-packages")),
            "PYTHONSAFEPATH": "1",
        },
        "uv": {
            "UV_PROJECT_ENVIRONMENT": foreign,
            "UV_SYSTEM_PYTHON": "1",
            "UV_BREAK_SYSTEM_PACKAGES": "1",
            "UV_PYTHON": foreign / "bin/python",
            "UV_TARGET": foreign,
            "UV_PREFIX": foreign,
            "UV_WORKING_DIR": foreign,
        },
        "pip": {"PIP_TARGET": foreign, "PIP_PREFIX": foreign, "PIP_USER": "1"},
    }
    path = f"{foreign / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return (
        environment()
        | {name: str(value) for name, value in variables[kind].items()}
        | {"PATH": path}
    )


@pytest.mark.parametrize("kind", ["venv", "conda", "python", "uv", "pip"])
def test_a_foreign_environment_is_neither_used_nor_changed(
    kind: str, foreign: Path, project: Path
) -> None:
    before = contents(foreign)
    script = (
        "import sys, json, fastapi; print(json.dumps([sys.prefix, fastapi.__file__, sys.path]))"
    )
    done = subprocess.run(
        ["bun", "scripts/python.ts", "-c", script],
        cwd=project, env=active(foreign, kind), capture_output=True, text=True, check=True,
    )  # fmt: skip
    prefix, fastapi, path = json.loads(done.stdout)
    venv = project / "backend" / ".venv"
    assert Path(prefix) == venv
    assert Path(fastapi).is_relative_to(venv)
    assert not any(Path(folder).is_relative_to(foreign) for folder in path)
    assert contents(foreign) == before


def test_installed_packages_are_not_installed_again(cloudflare_app: Path, tmp_path: Path) -> None:
    only_bun = tmp_path / "bin"
    only_bun.mkdir()
    (only_bun / "bun").symlink_to(Path(shutil.which("bun") or "").resolve())
    done = subprocess.run(
        ["bun", "scripts/python.ts", "-c", "import fastapi"],
        cwd=cloudflare_app, env={"PATH": str(only_bun)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("", "")


def test_a_moved_or_copied_environment_is_made_again(project: Path) -> None:
    run(project, "bun", "run", "--cwd", "backend", "setup")
    moved = project.rename(project.with_name("moved"))
    done = subprocess.run(
        ["bun", "scripts/doctor.ts", "venv"],
        cwd=moved, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == "backend/.venv is not current: run `bun run --cwd backend setup`.\n"
    run(moved, "bun", "run", "--cwd", "backend", "setup")
    run(moved, "backend/.venv/bin/ruff", "--version")


def test_a_python_that_does_not_fit_is_replaced(project: Path) -> None:
    run(project, "bun", "run", "--cwd", "backend", "setup")
    stamp = project / "backend/.venv/installed.json"
    assert json.loads(stamp.read_text())["versions"] == [">=3.11"]
    pyproject = project / "backend/pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace(">=3.11", ">=3.11,<9"))
    assert "Installing" in run(project, "bun", "run", "--cwd", "backend", "setup").stdout
    pyproject.write_text(pyproject.read_text().replace(">=3.11,<9", ">=8"))
    command = ["bun", "run", "--cwd", "backend", "setup"]
    refused = attempt(project, *command)
    assert refused.returncode == 1
    assert "uv can't provide Python >=8: see above." in refused.stderr
