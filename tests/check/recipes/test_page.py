"""docs/recipes/page.md: another page."""

from pathlib import Path

from tests import recipes
from tests.projects import run


def test_the_page_passes_the_checks_and_is_built(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "page")
    run(project, "bun", "run", "check", "scripts:format", "scripts:lint")
    run(project, "bunx", "tsc", "-p", "frontend")
    run(project, "bun", "run", "--cwd", "frontend", "test", "src/Pages.test.tsx")
    run(project, "bun", "run", "build")
    scripts = (project / "dist/frontend/assets").glob("*.js")
    assert any("There is no page at" in script.read_text() for script in scripts)
