"""docs/recipes/ai-sdk.md: `useChat` in Chromium, built and under the Content Security Policy."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import recipes
from tests.backend import free_port, serve, wait_until_it_responds
from tests.projects import environment, run

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def project(cloudflare_app: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after the recipe, with an answer and tests of its own."""
    project = recipes.copy(cloudflare_app, tmp_path_factory.mktemp("ai-sdk"))
    recipes.follow(project, "ai-sdk")
    return project


@pytest.fixture(scope="module")
def url(project: Path) -> Iterator[str]:
    """The built page and the backend, at one address."""
    shutil.copy(HERE / "ai_sdk_answer.py", project / "backend/app/answer.py")
    run(project, "bun", "run", "build")
    port = free_port()
    with serve(project, "app") as backend:
        server = subprocess.Popen(
            ["bun", "run", "preview", "--port", str(port), "--strictPort", "--host", "127.0.0.1"],
            cwd=project / "frontend",
            env=environment() | {"BACKEND_PORT": backend.rpartition(":")[2]},
        )
        try:
            wait_until_it_responds(f"http://127.0.0.1:{port}/api/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def test_the_project_passes_its_checks(project: Path) -> None:
    recipes.check_backend(project, "tests/test_openapi.py", "tests/test_routes.py")
    for name in ("check:config", "check:lint", "check:frontend", "check:worker"):
        run(project, "bun", "run", name)


def test_the_page_works_in_chromium(project: Path, url: str) -> None:
    shutil.copy(HERE / "ai_sdk.test.ts", project / "e2e/chat.test.ts")
    run(project, "env", f"E2E_URL={url}", "bun", "run", "e2e", "chat.test.ts")
