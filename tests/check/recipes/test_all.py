"""Every recipe has its test, and the README names it."""

from pathlib import Path

import pytest

from tests import recipes
from tests.projects import LAYOUTS, generate

TESTS = Path(__file__).parents[2]


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_every_recipe_is_tested_and_named(deployment: str, tmp_path: Path) -> None:
    project = generate(tmp_path, deployment=deployment, initialize_git="false")
    readme = (project / "README.md").read_text()
    documents = sorted(project.glob("docs/recipes/*.md"))
    assert documents
    for document in documents:
        name = document.stem
        assert recipes.read(project, name)
        assert f"](docs/recipes/{name}.md)" in readme
        assert list(TESTS.glob(f"*/recipes/test_{name.replace('-', '_')}.py"))
