"""docs/recipes/uploads.md: a file from the page to the backend. Chromium runs its page's tests."""

from pathlib import Path

from tests import recipes
from tests.projects import run


def test_a_project_with_uploads_passes_its_checks(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "uploads")
    assert "file: Blob;" in (project / "frontend/src/api/types.gen.ts").read_text()
    run(project, "bun", "run", "check")
