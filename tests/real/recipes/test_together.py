"""Recipes that add to the same files, in Chromium: in development and where the app is deployed."""

from pathlib import Path

import pytest

from tests import recipes
from tests.projects import LAYOUTS, run


@pytest.mark.timeout(3600)  # it builds an image
@pytest.mark.parametrize("deployment", LAYOUTS)
def test_a_project_with_several_recipes_passes_the_contract_suite(
    docker: None, deployment: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    project = recipes.copy(request.getfixturevalue(f"{deployment}_app"), tmp_path)
    for name in recipes.TOGETHER:
        recipes.follow(project, name)
    run(project, "bun", "run", "e2e", seconds=1200)
    run(project, "bun", "run", "e2e:deployed", seconds=1800)
