"""Packages that the check tier downloads once, so that tests wait for no registry."""

from pathlib import Path

import pytest
from filelock import FileLock

from tests import recipes
from tests.projects import run

ADDED = ("six", "tzdata")
"""What tests add to a backend, besides what recipes do."""


@pytest.fixture(scope="session")
def downloads(both_app: Path, shared_folder: Path) -> None:
    """Lock and install everything that tests add, unless this test run has done so already."""
    with FileLock(shared_folder / "downloads.lock"):
        if not (shared_folder / "downloads").exists():
            project = recipes.copy(both_app, shared_folder / "downloads-of")
            added = {*ADDED, *recipes.added_packages(project)}
            run(project, "uv", "add", "--frozen", "--project", "backend", *sorted(added))
            run(project, "bun", "run", "lock")
            run(project, "bun", "run", "--cwd", "backend", "setup")
            for folder in ("image", "scripts"):  # their tools
                run(
                    project, "bun", "scripts/with.ts", "--packages", folder, "--", "uv", "--version"
                )
            (shared_folder / "downloads").touch()


@pytest.fixture
def offline(downloads: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let uv use what is downloaded, and ask no registry."""
    monkeypatch.setenv("UV_OFFLINE", "1")
