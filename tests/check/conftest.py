"""Packages that the check tier downloads once, so that tests wait for no registry."""

from collections.abc import Iterator
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
            (shared_folder / "downloads").touch()


@pytest.fixture(scope="module")
def offline(downloads: None) -> Iterator[None]:
    """Let uv use what is downloaded, and ask no registry."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_OFFLINE", "1")
        yield
