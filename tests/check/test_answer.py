"""The answer that a project starts with: from a model if one is configured.

A project's own tests pass their own answer, so replacing app/answer.py breaks none of them.
"""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.backend import free_port, running, serve, wait_until_it_responds
from tests.conversation import conversation
from tests.projects import shared

KEY = "sk-test-123456"


@pytest.fixture(scope="module")
def project(shared_folder: Path) -> Path:
    return shared(shared_folder, "monolith")


def ask(url: str, prompt: str) -> str:
    """Read the whole stream that answers a prompt."""
    response = httpx.post(f"{url}/stream", json=conversation(prompt), trust_env=False)
    assert response.status_code == 200
    return response.text


def test_two_settings_are_enough_for_a_model(project: Path) -> None:
    port = free_port()
    provider = f"http://127.0.0.1:{port}"
    model = {"MODEL_NAME": "a-model", "MODEL_BASE_URL": f"{provider}/v1"}
    with running(project, "-m", "tests.provider", str(port)):
        wait_until_it_responds(f"{provider}/requests")
        with serve(project, "app.server", **model, MODEL_API_KEY=KEY) as url:
            stream = ask(url, "Hello!")
            refused = ask(url, "401")
            report = httpx.get(f"{url}/env", trust_env=False)
        requests: list[dict[str, Any]] = httpx.get(f"{provider}/requests", trust_env=False).json()
    texts = re.findall(r'"event":"token","text":"(.*?)"', stream)
    assert "".join(texts).startswith("Answer 1 to “Hello!”")
    assert "Check MODEL_API_KEY." in refused
    assert requests[0]["authorization"] == f"Bearer {KEY}"
    assert [message["role"] for message in requests[0]["body"]["messages"]] == ["system", "user"]
    assert report.json()["model"] == "a-model"
    assert KEY not in report.text + stream + refused


def test_without_a_model_there_is_an_answer(project: Path) -> None:
    with serve(project, "app.server") as url:
        stream = ask(url, "Hello!")
    assert stream.count("event: token") > 10
    assert "event: done" in stream


def test_the_answer_is_one_short_file(project: Path) -> None:
    assert len((project / "backend/app/answer.py").read_text().splitlines()) < 60
