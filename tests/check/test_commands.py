"""Every command reports in one sentence which tool is missing or too old, and what to run first."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.projects import environment, generate

NEEDS_NODE = ("dev", "test", "check", "build", "e2e", "types:api")
NEEDS_UV = ("dev", "test", "check", "lock")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh clone without installed packages."""
    return generate(tmp_path / "app", initialize_git="false")


def complaint(project: Path, *command: str, programs: tuple[str, ...]) -> list[str]:
    """Run a command on a machine with only these programs, and expect it to fail with messages."""
    folder = project.parents[1] / "bin"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in (*programs, "sh"):
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(Path(found).resolve())
    done = subprocess.run(
        command, cwd=project, env=environment() | {"PATH": str(folder)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0, done.stdout
    lines = (done.stdout + done.stderr).splitlines()
    noise = ("$ ", "error: script ", "bun install v", "error: preinstall script ")
    return [line for line in lines if line and not line.startswith(noise)]


@pytest.mark.parametrize("name", NEEDS_NODE)
def test_a_missing_node_and_missing_packages_are_named(name: str, project: Path) -> None:
    said = complaint(project, "bun", "run", name, programs=("bun", "uv"))
    assert said[0] == "This needs Node.js >=22.12 and found none: https://nodejs.org"
    assert said[1] == "Run `bun install` first."
    assert len(said) == 2


@pytest.mark.parametrize("name", NEEDS_UV)
def test_a_missing_uv_is_named(name: str, project: Path) -> None:
    (project / "node_modules").mkdir()
    said = complaint(project, "bun", "run", name, programs=("bun", "node"))
    assert said[0] == "This needs uv >=0.8 and found none: https://docs.astral.sh/uv/"
    assert len(said) == 1


def test_an_old_bun_is_named_by_every_command(project: Path) -> None:
    path = project / "package.json"
    manifest = json.loads(path.read_text())
    manifest["engines"]["bun"] = ">=99"
    path.write_text(json.dumps(manifest))
    scripts = [name for name in manifest["scripts"] if name != "preinstall"]
    commands = [("bun", "install"), *(("bun", "run", name) for name in scripts)]
    for command in commands:
        [said] = complaint(project, *command, programs=("bun", "node", "uv"))
        assert said.startswith("This needs bun >=99 and found ")
        assert "`git checkout bun.lock`" in said
