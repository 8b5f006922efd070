"""docs/recipes/your-data.md, without a model and with the project's own provider for tests.

test_together.py runs the project's checks.
"""

from pathlib import Path

import httpx
import pytest

from tests import recipes
from tests.backend import free_port, running, serve, wait_until_it_responds
from tests.check.recipes.answers import ask, text


@pytest.fixture(scope="module")
def project(both_app: Path, shared_folder: Path) -> Path:
    """A project after the recipe."""
    return recipes.shared(shared_folder, both_app, "your-data")


def test_without_a_model_the_answer_quotes_its_passages(project: Path) -> None:
    with serve(project, "app.server") as url:
        [body] = recipes.ask(project, "your-data", url)
        events = ask(url, "How long is the warranty?")
        sources = [event["url"] for event in events if event["event"] == "source"]
        document = httpx.get(f"{url}{sources[0]}", trust_env=False)
    assert "Every repair has a warranty of one year. [1]" in body
    assert sources[0] == "/api/documents/repairs"
    assert "warranty of one year" in document.text
    assert events[0]["event"] == "status"


def test_a_model_gets_the_passages(project: Path) -> None:
    port = free_port()
    provider = f"http://127.0.0.1:{port}"
    model = {"MODEL_NAME": "a-model", "MODEL_BASE_URL": f"{provider}/v1"}
    with running(project, "-m", "tests.provider", str(port)):
        wait_until_it_responds(f"{provider}/requests")
        with serve(project, "app.server", **model) as url:
            events = ask(url, "When does the workshop open?")
        [request] = httpx.get(f"{provider}/requests", trust_env=False).json()
    system, user = request["body"]["messages"]
    assert "from 9 a.m. to 6 p.m. [1]" in system["content"]
    assert user["content"] == "When does the workshop open?"
    assert text(events)
    assert events[-1]["event"] == "done"
