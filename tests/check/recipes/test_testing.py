"""docs/recipes/testing.md: the worked examples of tests pass, and so do all other checks."""

from pathlib import Path

from tests import recipes
from tests.projects import run


def test_the_examples_pass_all_checks(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "testing")
    run(project, "bun", "run", "check", "backend", "frontend", "scripts:format", "scripts:lint")
