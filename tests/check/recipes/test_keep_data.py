"""docs/recipes/keep-data.md: notes in SQLite. A real volume is tested in the real tier."""

import json
from pathlib import Path

from tests import recipes
from tests.backend import serve
from tests.projects import run


def test_notes_are_kept_when_the_app_starts_again(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "keep-data")
    run(
        project,
        "bun",
        "run",
        "check",
        "backend",
        "frontend:api",
        "image",
        "scripts",
        "worker:routes",
    )
    folder = str(tmp_path / "data")
    with serve(project, "app.server", DATA_FOLDER=folder, WEB_CONCURRENCY="2") as url:
        added, _ = recipes.ask(project, "keep-data", url)
    with serve(project, "app.server", DATA_FOLDER=folder) as url:
        _, listed = recipes.ask(project, "keep-data", url)
    assert json.loads(added) == {"id": 1, "text": "Buy milk"}
    assert [note["id"] for note in json.loads(listed)] == [2, 1]
