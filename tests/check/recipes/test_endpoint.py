"""docs/recipes/endpoint.md: a typed endpoint that every server knows at once."""

import json
from pathlib import Path

from tests import recipes
from tests.backend import serve
from tests.projects import run


def test_the_endpoint_answers_and_is_typed(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "endpoint")
    recipes.check_backend(project)
    run(project, "bun", "run", "check", "scripts:format", "scripts:lint")
    run(project, "bunx", "tsc", "-p", "frontend")
    with serve(project, "app.server") as url:
        [slug] = recipes.ask(project, "endpoint", url)
    assert json.loads(slug) == {"slug": "hello-world"}
