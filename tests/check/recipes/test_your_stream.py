"""docs/recipes/your-stream.md: the events of an endpoint. test_together.py runs its checks."""

import json
from pathlib import Path

from tests import recipes
from tests.backend import serve
from tests.projects import run


def test_the_events_are_typed_and_arrive(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "your-stream")
    recipes.check_backend(project)
    run(project, "bunx", "tsc", "-p", "frontend")
    run(project, "bun", "run", "--cwd", "frontend", "test", "src/Load.test.tsx")
    with serve(project, "app.server") as url:
        [body] = recipes.ask(project, "your-stream", url)
    lines = [line for line in body.splitlines() if line.startswith("data: ")]
    events = [json.loads(line.removeprefix("data: "))["event"] for line in lines]
    assert events == ["load", "load", "load", "done"]
