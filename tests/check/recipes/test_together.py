"""Recipes that add to the same files, followed one after the other. Chromium runs their pages."""

from pathlib import Path

import pytest

from tests import recipes
from tests.projects import run


@pytest.mark.parametrize(
    ("deployment", "parts"),
    [("both", []), ("cloudflare", ["scripts", "worker"]), ("monolith", ["scripts", "image"])],
)
def test_a_project_with_several_recipes_passes_its_checks(
    deployment: str, parts: list[str], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    project = recipes.copy(request.getfixturevalue(f"{deployment}_app"), tmp_path)
    for name in recipes.TOGETHER:
        recipes.follow(project, name)
    assert "file: Blob;" in (project / "frontend/src/api/types.gen.ts").read_text()
    run(project, "bun", "run", "check", *parts)  # the other folders are the same in every layout


def test_imports_are_sorted_whatever_the_order(both_app: Path, tmp_path: Path) -> None:
    project = recipes.copy(both_app, tmp_path)
    for name in ("postgresql", "setting", "endpoint", *reversed(recipes.TOGETHER)):
        recipes.change_files(project, name)
    run(project, "bun", "run", "fix")
    run(project, "bun", "run", "check", "backend:format", "backend:lint", "scripts:format")
