"""What the template promises about the backend, tested inside a project.

A project has only the tests that its owner would change; the rest are in tests/suites/backend.
"""

import shutil
from pathlib import Path

from tests import recipes

SUITE = Path(__file__).parents[1] / "suites" / "backend"


def test_the_backend_keeps_the_templates_promises(both_app: Path, tmp_path: Path) -> None:
    project = recipes.copy(both_app, tmp_path)
    shutil.copytree(SUITE, project / "backend/tests/template")
    recipes.check_backend(project)
