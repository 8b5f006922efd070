"""docs/recipes/tailwind.md: a dialog of shadcn/ui in Chromium, under the policy."""

import shutil
from pathlib import Path

from tests import recipes
from tests.projects import run
from tests.real.recipes.page import serve_page

HERE = Path(__file__).parent


def test_tailwind_and_a_dialog_work_in_chromium(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "tailwind")
    for name in ("scripts", "frontend"):
        run(project, "bun", "run", "check", name)
    shutil.copy(HERE / "tailwind.test.ts", project / "e2e/tailwind.test.ts")
    with serve_page(project) as url:
        run(project, "env", f"E2E_URL={url}", "bun", "run", "e2e", "tailwind.test.ts")
