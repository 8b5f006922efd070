"""Fixtures that all tiers share."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

from tests import projects

collect_ignore = ["suites"]  # they run inside of projects


def pytest_configure() -> None:
    """Set git's identity, and unset its repository, which a git hook around the tests sets."""
    command = ["git", "rev-parse", "--local-env-vars"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    for name in listed.stdout.split():
        os.environ.pop(name, None)
    os.environ.update(projects.IDENTITY | os.environ)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of a test run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def cloudflare_app(shared_folder: Path) -> Path:
    """An installed project of the layout `cloudflare`. Don't change it."""
    return projects.shared(shared_folder, "cloudflare")


@pytest.fixture(scope="session")
def monolith_app(shared_folder: Path) -> Path:
    """An installed project of the layout `monolith`. Don't change it."""
    return projects.shared(shared_folder, "monolith")


@pytest.fixture(scope="session")
def both_app(shared_folder: Path) -> Path:
    """An installed project of the layout `both`. Don't change it. Its copies keep mypy's cache."""
    project = projects.shared(shared_folder, "both")
    with FileLock(shared_folder / "mypy.lock"):  # its cache is a database that allows one at a time
        projects.run(project, "bun", "scripts/python.ts", "-m", "mypy", "app", "tests")
    return project


@pytest.fixture(scope="session")
def docker() -> None:
    """Require a Docker engine: without one, skip, or fail if REQUIRE_DOCKER=1 is set."""
    program = shutil.which("docker")
    answers = (
        program
        and subprocess.run([program, "info"], capture_output=True, check=False).returncode == 0
    )
    if not answers:
        reason = "no Docker engine answers `docker info`"
        if os.environ.get("REQUIRE_DOCKER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
