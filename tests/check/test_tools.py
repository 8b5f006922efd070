"""This repository's commands use its own environment and keep a user's edits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import attempt, copy_template, environment, foreign_environment
from tools import demo, setup


def contents(folder: Path) -> list[tuple[str, float]]:
    """List the files under a folder with the times of their last change."""
    return sorted((str(path), path.lstat().st_mtime) for path in folder.rglob("*"))


def test_another_active_environment_is_neither_used_nor_changed(tmp_path: Path) -> None:
    repository = copy_template(tmp_path / "repository")
    foreign = foreign_environment()
    before = contents(foreign)
    home = tmp_path / "home"
    home.mkdir()
    variables = {
        "HOME": home,
        "PYTHONPATH": foreign,
        "PYTHONSAFEPATH": 1,
        "PIP_TARGET": foreign,
        "PIP_PREFIX": foreign,
        "PIP_USER": 1,
        "UV_SYSTEM_PYTHON": 1,
        "npm_config_prefix": foreign,
        "npm_config_location": "global",
        "BUN_INSTALL": foreign,
    }
    unset = dict.fromkeys(setup.CACHES, "")
    given = {k: v for k, v in environment().items() if k not in unset}
    given |= {name: str(value) for name, value in variables.items()}
    given["PATH"] = f"{foreign / 'bin'}{os.pathsep}{given['PATH']}"
    script = "import sys, cookiecutter; print(sys.prefix, cookiecutter.__file__)"
    done = subprocess.run(
        [sys.executable, "-I", "tools/setup.py", "demo", "python", "-c", script],
        cwd=repository, env=given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    venv = repository / ".venv"
    prefix, module = done.stdout.split(maxsplit=1)
    assert Path(prefix) == venv
    assert Path(module).is_relative_to(venv)
    assert contents(foreign) == before
    assert {path.name for path in home.iterdir()} <= {
        ".rustup"
    }  # pip runs rustc to get its version


@pytest.fixture
def venvs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record packages instead of installing them."""
    commands: list[str] = []

    def run(*command: str | Path) -> None:
        commands.append(" ".join(map(str, command)))
        (tmp_path / "venv" / setup.BIN).mkdir(parents=True, exist_ok=True)
        (tmp_path / "venv" / setup.BIN / "python").touch()

    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "run", run)
    return commands


def test_the_larger_group_serves_the_smaller(tmp_path: Path, venvs: list[str]) -> None:
    for group in ("demo", "demo", "dev", "demo", "dev"):
        setup.install(tmp_path / "venv", group)
    installed = [command.rpartition("/")[2] for command in venvs if " install " in command]
    assert installed == ["demo.txt", "dev.txt"]


def test_an_environment_whose_python_is_gone_is_made_again(
    tmp_path: Path, venvs: list[str]
) -> None:
    setup.install(tmp_path / "venv", "demo")
    (tmp_path / "venv" / setup.BIN / "python").unlink()
    setup.install(tmp_path / "venv", "demo")
    assert len([command for command in venvs if " install " in command]) == 2


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of `make demo`, with a file of an app."""
    monkeypatch.setattr(demo, "ROOT", tmp_path)
    monkeypatch.setattr(demo, "DEMO", tmp_path / "demo")
    monkeypatch.setattr(demo, "STAMP", tmp_path / "demo" / ".generated")
    app = tmp_path / "demo" / "my-app"
    app.mkdir(parents=True)
    (app / "README.md").write_text("# My App\n")
    demo.STAMP.touch()
    return app


def test_an_unchanged_demo_is_replaced(generated: Path) -> None:
    (generated / "node_modules").mkdir()
    (generated / "node_modules" / "later.js").write_text("\n")
    demo.make_room()
    assert list(generated.parents[1].iterdir()) == []


@pytest.mark.parametrize("name", ["README.md", ".env"])
def test_an_edited_demo_is_kept(name: str, generated: Path) -> None:
    (generated / name).write_text("mine\n")
    os.utime(generated / name, (demo.STAMP.stat().st_mtime + 1,) * 2)
    demo.make_room()
    [kept] = generated.parents[1].iterdir()
    assert (kept / "my-app" / name).read_text() == "mine\n"


def test_a_rejected_answer_ends_the_demo_with_its_rule(tmp_path: Path) -> None:
    repository = copy_template(tmp_path / "repository")
    done = attempt(repository, sys.executable, "-m", "tools.demo", variables={"backend_port": "80"})
    assert done.returncode == 1
    assert "backend_port must be" in done.stderr
    assert "is ready" not in done.stdout
