"""Recipes that add to the same files, in Chromium: in development and where the app is deployed."""

from pathlib import Path

import pytest

from tests import recipes
from tests.projects import run


@pytest.mark.timeout(3600)  # it builds two images
def test_a_project_with_several_recipes_passes_the_contract_suite(
    docker: None, both_app: Path, tmp_path: Path
) -> None:
    project = recipes.copy(both_app, tmp_path)
    for name in recipes.TOGETHER:
        recipes.follow(project, name)
    run(project, "bun", "run", "e2e", seconds=1200)
    run(project, "bun", "run", "e2e:deployed", seconds=1800)
