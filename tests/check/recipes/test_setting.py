"""docs/recipes/setting.md: a setting and a secret, from `.env` to an endpoint."""

import json
from pathlib import Path

from tests import recipes
from tests.backend import serve
from tests.projects import run

KEY = "0123456789abcdef0123456789abcdef"


def test_the_settings_reach_the_endpoint(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "setting")
    recipes.check_backend(project)
    command = ("bun", "scripts/with.ts", "--settings", "--", "bun", "scripts/python.ts", "-c")
    script = "from app.settings import Settings; print(Settings())"
    printed = run(project, *command, script).stdout
    assert "link_seconds=600" in printed
    assert "link_key=SecretStr('**********')" in printed
    with serve(project, "app.server", LINK_KEY=KEY) as url:
        [link] = recipes.ask(project, "setting", url)
    assert set(json.loads(link)) == {"path", "expires", "signature"}
