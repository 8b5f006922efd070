"""docs/recipes/cloudflare-workers-ai.md and cloudflare-d1.md together, with a stand-in for AI."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import recipes
from tests.conversation import conversation
from tests.real.cloudflare.preview import Preview
from tests.real.recipes import services

pytestmark = pytest.mark.usefixtures("docker")


@pytest.fixture(scope="module")
def app(cloudflare_app: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with both recipes, a stand-in for Workers AI, and endpoints for tests."""
    folder = tmp_path_factory.mktemp("services")
    project = services.follow(cloudflare_app, folder, "cloudflare-d1", "cloudflare-workers-ai")
    shutil.copy(services.HERE / "reach.py", project / "backend/app/routes")
    routes = project / "backend/app/routes/__init__.py"
    services.add(routes, "\napi = APIRouter", "from app.routes.reach import router as reach")
    services.add(routes, "api.include_router(notes", "api.include_router(reach)")
    return services.build(project)


@pytest.fixture(scope="module")
def preview(app: Path) -> Iterator[Preview]:
    """The app in containers."""
    with Preview(app) as preview:
        yield preview


def answer(url: str, prompt: str) -> str:
    """Ask the app, and return the events of its answer."""
    request = {"json": conversation(prompt), "timeout": 60, "trust_env": False}
    return httpx.post(f"{url}/stream", **request).text  # type: ignore[arg-type]


def works(app: Path, url: str) -> None:
    """Use D1 and the model as in the recipes."""
    added, listed = recipes.ask(app, "cloudflare-d1", url)
    assert '"text":"Buy milk"' in added
    assert added in listed
    events = answer(url, "one two three")
    assert [word in events for word in ("one", "two", "three")] == [True] * 3
    assert "event: done" in events


def test_both_recipes_work_in_containers(app: Path, preview: Preview) -> None:
    works(app, preview.url)


def test_connections_that_were_idle_for_4_to_6_seconds_lose_no_request(preview: Preview) -> None:
    response = httpx.get(f"{preview.url}/api/idle", params={"tries": 200}, timeout=60)
    assert response.json() == 200


def test_stop_ends_the_models_stream(preview: Preview) -> None:
    slow = conversation("slowly " * 200)
    with httpx.stream("POST", f"{preview.url}/stream", json=slow, timeout=60) as response:
        next(response.iter_lines())
    deadline = time.monotonic() + 20
    while "the model's stream was cancelled" not in preview.output():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_service_that_fails_responds_with_a_problem(preview: Preview) -> None:
    url = f"{preview.url}/api/reach"
    found = httpx.get(url, params={"url": "http://d1.internal/"}, timeout=60).json()
    assert (found["status"], found["type"]) == ("503", "application/problem+json")
    assert "SyntaxError" not in found["text"]


def test_only_the_hosts_in_the_table_are_reachable(preview: Preview) -> None:
    url = f"{preview.url}/api/reach"
    found = httpx.get(url, params={"url": "http://other.internal/"}, timeout=60).json()
    assert "error" in found


def test_services_are_not_reachable_from_the_internet(preview: Preview) -> None:
    statement = [{"sql": "SELECT 1", "parameters": []}]
    for path, host in (("/", "d1.internal"), ("/d1.internal/", "app"), ("//d1.internal/", "app")):
        headers = {"Host": host}
        response = httpx.post(f"{preview.url}{path}", json=statement, headers=headers, timeout=60)
        assert response.status_code in (404, 405), path


def test_both_recipes_work_without_docker(app: Path) -> None:
    with services.development(app) as url:
        works(app, url)
