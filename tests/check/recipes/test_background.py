"""docs/recipes/background.md: a task that outlives its request."""

import json
from pathlib import Path

from tests import recipes
from tests.backend import serve


def test_the_task_runs_in_a_real_process(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "background")
    recipes.check_backend(project)
    with serve(project, "app.server") as url:
        [report] = recipes.ask(project, "background", url)
    assert json.loads(report) == {"topic": "rain"}
