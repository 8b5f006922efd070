"""docs/recipes/tools.md, with the project's own provider for tests as the model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import recipes
from tests.backend import free_port, running, serve, wait_until_it_responds
from tests.check.recipes.answers import ask, text


@pytest.fixture(scope="module")
def project(both_app: Path, shared_folder: Path) -> Path:
    """A project after the recipe."""
    return recipes.shared(shared_folder, both_app, "tools")


@pytest.fixture(scope="module")
def provider(project: Path) -> Iterator[str]:
    """The address of a provider whose model makes the calls in the last message."""
    port = free_port()
    with running(project, "-m", "tests.provider", str(port)):
        wait_until_it_responds(f"http://127.0.0.1:{port}/requests")
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def url(project: Path, provider: str) -> Iterator[str]:
    """The backend with that model."""
    with serve(project, "app.server", MODEL_NAME="a-model", MODEL_BASE_URL=f"{provider}/v1") as url:
        yield url


def test_the_project_passes_its_checks(project: Path) -> None:
    recipes.check_backend(project)


def test_the_model_searches_and_answers_with_what_was_found(url: str, provider: str) -> None:
    status, source, *tokens, done = ask(url, 'call Search {"query": "response"}')
    assert status == {"event": "status", "text": "Searching for “response”…"}
    page = "https://fastapi.tiangolo.com/tutorial/background-tasks/"
    assert source == {"event": "source", "title": "Background tasks", "url": page}
    assert text(tokens).startswith("Answer 1 to “Backgroundtasks:Addafunction")
    assert done["event"] == "done"
    requests: list[dict[str, Any]] = httpx.get(f"{provider}/requests", trust_env=False).json()
    [tool] = requests[-1]["body"]["tools"]
    assert tool["function"]["name"] == "Search"
    assert tool["function"]["parameters"]["required"] == ["query"]
    _, _, calls, result = requests[-1]["body"]["messages"]
    [call] = calls["tool_calls"]
    assert call == {
        "id": "call_1",
        "type": "function",
        "function": {"name": "Search", "arguments": '{"query": "response"}'},
    }
    assert (result["role"], result["tool_call_id"]) == ("tool", "call_1")


def test_the_model_reads_why_a_call_failed(url: str) -> None:
    *tokens, done = ask(url, 'call Search {"words": "response"}')
    assert {token["event"] for token in tokens} == {"token"}
    assert "Fieldrequired" in text(tokens)
    assert done["event"] == "done"


def test_an_answer_without_a_call_is_text(url: str) -> None:
    *tokens, done = ask(url, "Hello!")
    assert text(tokens).startswith("Answer 1 to “Hello!”")
    assert done["event"] == "done"
