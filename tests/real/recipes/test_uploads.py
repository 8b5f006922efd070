"""docs/recipes/uploads.md, in Chromium: in development, with the Worker, and in the image."""

from pathlib import Path

from tests import recipes
from tests.projects import run


def test_files_reach_every_server(docker: None, both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "uploads")
    run(project, "bun", "run", "e2e", "uploads.test.ts")
    run(project, "bun", "run", "--cwd", "e2e", "e2e:worker", "uploads.test.ts")
    run(project, "bun", "run", "--cwd", "e2e", "e2e:image", "uploads.test.ts")
