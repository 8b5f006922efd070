"""docs/recipes/ai-sdk.md: `useChat` in Chromium, built and under the Content Security Policy."""

import shutil
from pathlib import Path

from tests import recipes
from tests.projects import run
from tests.real.recipes.page import serve_page

HERE = Path(__file__).parent


def test_use_chat_works_in_chromium(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "ai-sdk")
    recipes.check_backend(project)
    for name in ("scripts", "frontend", "worker"):
        run(project, "bun", "run", "check", name)
    shutil.copy(HERE / "ai_sdk_answer.py", project / "backend/app/answer.py")
    shutil.copy(HERE / "ai_sdk.test.ts", project / "e2e/chat.test.ts")
    with serve_page(project) as url:
        run(project, "env", f"E2E_URL={url}", "bun", "run", "e2e", "chat.test.ts")
