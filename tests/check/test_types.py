"""The frontend's types follow the backend's models."""

import subprocess
from pathlib import Path

import pytest

from tests.projects import environment, generate, run


@pytest.fixture
def project(cloudflare_app: Path, tmp_path: Path) -> Path:
    """A project that may be changed, with the packages of the one that all tests share."""
    project = generate(tmp_path, initialize_git="false")
    for name in ("node_modules", "frontend/node_modules", "backend/.venv"):
        (project / name).symlink_to(cloudflare_app / name)
    return project


def fail(project: Path, *command: str) -> str:
    """Run a command that has to fail; give back what it printed."""
    done = subprocess.run(
        command, cwd=project, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    return done.stdout + done.stderr


def test_a_renamed_field_is_told_and_then_a_compile_error(project: Path) -> None:
    run(project, "bun", "run", "check:types")
    run(project, "bunx", "tsc", "-p", "frontend")
    events = project / "backend/app/events.py"
    text = events.read_text()
    assert text.count("    text: str\n") == 1
    events.write_text(text.replace("    text: str\n", "    piece: str\n"))
    told = fail(project, "bun", "run", "check:types")
    assert "api.gen.ts is outdated: run `bun run types:api`" in told
    run(project, "bun", "run", "types:api")
    assert "src/useStream.ts" in fail(project, "bunx", "tsc", "-p", "frontend")
