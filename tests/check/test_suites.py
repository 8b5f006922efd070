"""The tests that prove the template but teach an owner nothing pass the project's own checks.

tests/check/test_backend.py runs those of the backend, and the real tier those of the page.
"""

import shutil
from pathlib import Path

from tests import recipes
from tests.projects import run

SUITES = Path(__file__).parents[1] / "suites"


def test_the_suites_pass_the_project_s_checks(both_app: Path, tmp_path: Path) -> None:
    project = recipes.copy(both_app, tmp_path)
    shutil.copytree(SUITES / "e2e", project / "e2e", dirs_exist_ok=True)
    shutil.copytree(SUITES / "scripts", project / "scripts/test")
    run(project, "bun", "x", "biome", "check", "e2e", "scripts/test")
    run(project, "bun", "x", "tsc", "-p", "e2e")
    run(project, "bun", "x", "tsc")
    run(project, "bun", "test", "scripts/test")
