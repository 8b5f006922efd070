"""docs/recipes/cloudflare-d1.md without Docker; test_cloudflare_workers_ai.py has containers."""

from pathlib import Path

from tests import recipes
from tests.real.recipes import services


def test_notes_are_stored_without_docker(cloudflare_app: Path, tmp_path: Path) -> None:
    project = services.build(services.follow(cloudflare_app, tmp_path, "cloudflare-d1"))
    with services.development(project) as url:
        added, listed = recipes.ask(project, "cloudflare-d1", url)
    assert '"text":"Buy milk"' in added
    assert added in listed
