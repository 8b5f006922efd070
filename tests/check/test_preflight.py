"""What `dev:cloudflare`, `preview` and `deploy` say before anything fails late."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.projects import environment, generate

NODE = "Node.js 22.12 or later is needed"
DOCKER = "no engine answers `docker info`"
ACCOUNT = "wrangler does not know your account"
STRAY = "wrangler.json would silently win over wrangler.toml"
SECRET = "The app needs MODEL_API_KEY"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that nothing is installed in, and a machine that has bun alone."""
    project = generate(tmp_path / "app", initialize_git="false")
    bun = shutil.which("bun")
    assert bun
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "bun").symlink_to(Path(bun).resolve())
    return project


def complaints(project: Path, mode: str) -> list[str]:
    """Run the checks; give back their sentences, and none where they pass."""
    done = subprocess.run(
        ["bun", "scripts/cloudflare/preflight.ts", mode],
        cwd=project, env=environment() | {"PATH": str(project.parents[1] / "bin")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == (1 if done.stderr else 0)
    return done.stderr.splitlines()


def provide(project: Path, program: str, output: str = "") -> None:
    """Put a program on the path that prints this and succeeds."""
    path = project.parents[1] / "bin" / program
    path.write_text(f"#!/bin/sh\necho '{output}'\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("dev", [NODE]), ("preview", [NODE, DOCKER]), ("deploy", [NODE, DOCKER, ACCOUNT])],
)
def test_what_is_missing_is_said_all_at_once(mode: str, expected: list[str], project: Path) -> None:
    said = complaints(project, mode)
    assert len(said) == len(expected)
    assert all(part in sentence for part, sentence in zip(expected, said, strict=True))


def test_an_old_node_and_a_stranger_are_refused_and_a_good_machine_is_not(project: Path) -> None:
    provide(project, "docker")
    provide(project, "node", "v22.11.0")
    provide(project, "wrangler", "You are not authenticated. Please run `wrangler login`.")
    said = complaints(project, "deploy")
    assert [NODE in said[0], ACCOUNT in said[1], len(said)] == [True, True, 2]
    provide(project, "node", "v24.0.0")
    provide(project, "wrangler", "You are logged in")
    assert complaints(project, "deploy") == []


def test_a_configuration_that_would_win_silently_is_refused(project: Path) -> None:
    provide(project, "node", "v24.0.0")
    (project / "wrangler.json").write_text("{}\n")
    [said] = complaints(project, "dev")
    assert STRAY in said


def test_a_required_secret_is_asked_for(project: Path) -> None:
    provide(project, "node", "v24.0.0")
    settings = project / "worker/container-env.ts"
    text, count = re.subn(
        r"REQUIRED: string\[\] = \[\]", 'REQUIRED = ["MODEL_API_KEY"]', settings.read_text()
    )
    assert count == 1
    settings.write_text(text)
    assert complaints(project, "dev") == [f"{SECRET}: set it in .env"]
    (project / ".env").write_text("MODEL_API_KEY=sk\n")
    assert complaints(project, "dev") == []
    provide(project, "docker")
    provide(project, "wrangler", "[]")
    assert complaints(project, "deploy") == [f"{SECRET}: bunx wrangler secret put MODEL_API_KEY"]
