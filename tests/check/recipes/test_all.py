"""Every recipe has a test, the index lists it, and it fits each layout that has it.

A recipe's own test follows it in a project with both layouts and runs the affected checks. This
covers `frontend/`, `backend/`, and `e2e/` for the other layouts too, because these folders are the
same in every layout. The tests here apply the recipes there to the files that differ, such as
`.env.example` and `package.json`, and run the checks that compare them.
"""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests import recipes
from tests.projects import LAYOUTS, generate, run

TESTS = Path(__file__).parents[2]


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_every_recipe_is_tested_and_listed(deployment: str, tmp_path: Path) -> None:
    project = generate(tmp_path, deployment=deployment, initialize_git="false")
    index = (project / "docs/recipes/README.md").read_text()
    assert recipes.names(project)
    for name in recipes.names(project):
        assert recipes.read(project, name)
        assert f"]({name}.md)" in index
        assert list(TESTS.glob(f"*/recipes/test_{name.replace('-', '_')}.py"))


def contents(project: Path) -> dict[str, str]:
    """Hash the files of the folders that no layout changes."""
    listed = run(project, "git", "ls-files", "frontend", "backend", "e2e").stdout.split()
    own = [
        name
        for name in listed
        if name not in ("e2e/cloudflare.config.ts", "e2e/monolith.config.ts")
    ]
    return {name: hashlib.sha256((project / name).read_bytes()).hexdigest() for name in own}


@pytest.mark.parametrize("deployment", ["cloudflare", "monolith"])
def test_every_recipe_fits_the_layout(deployment: str, both_app: Path, tmp_path: Path) -> None:
    fresh = generate(tmp_path / "fresh", deployment=deployment)
    assert contents(fresh) == contents(both_app)
    assert {*recipes.names(fresh)} < {*recipes.names(both_app)}
    for name in recipes.names(fresh):
        project = Path(shutil.copytree(fresh, tmp_path / name))
        recipes.change_files(project, name)
        (project / "backend/.venv").symlink_to(both_app / "backend/.venv")
        run(project, "bun", "scripts/doctor.ts", "config")
        if (project / ".env").exists():
            run(project, "bun", "run", "doctor", "settings")
