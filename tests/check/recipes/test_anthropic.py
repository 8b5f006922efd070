"""docs/recipes/anthropic.md, against a server that speaks Anthropic's stream."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import recipes
from tests.backend import serve
from tests.check.recipes import anthropic_api
from tests.check.recipes.answers import ask, text
from tests.conversation import conversation

KEY = "sk-ant-test-123456"


@pytest.fixture(scope="module")
def project(both_app: Path, shared_folder: Path) -> Path:
    """A project after the recipe."""
    return recipes.shared(shared_folder, both_app, "anthropic")


@pytest.fixture(scope="module")
def api() -> Iterator[anthropic_api.Api]:
    """Anthropic's API, on this machine."""
    with anthropic_api.serve() as server:
        yield server


@pytest.fixture(scope="module")
def url(project: Path, api: anthropic_api.Api) -> Iterator[str]:
    """The backend with Claude as its model."""
    settings = {"MODEL_NAME": "claude-test", "MODEL_API_KEY": KEY, "MODEL_BASE_URL": api.url}
    with serve(project, "app.server", **settings, NO_PROXY="127.0.0.1") as url:
        yield url


def test_the_project_passes_its_checks(project: Path) -> None:
    recipes.check_backend(project)


def test_claude_answers_the_conversation(url: str, api: anthropic_api.Api) -> None:
    events = ask(url, "Hello!", "Hi.", "How are you?")
    assert text(events) == "You said: How are you? ✓"
    assert events[-1]["usage"] == {"prompt_tokens": 11, "completion_tokens": 22}
    headers, body = api.requests[-1]
    assert KEY in (headers.get("x-api-key"), headers.get("authorization", "").split()[-1])
    assert body["model"] == "claude-test"
    assert "helpful assistant" in body["system"]
    assert [message["content"] for message in body["messages"]] == [
        "Hello!", "Hi.", "How are you?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("wrong key", "does not accept the key. Check MODEL_API_KEY."),
        ("no credit", "has no credit left"),
        ("unknown model", "The model “claude-test” was not found. Check MODEL_NAME"),
        ("too many", "is rate-limiting you. Try again in 7 seconds."),
        ("busy", "is overloaded or not available. Try again in a moment."),
        ("prompt is too long", "is too long for the model."),
        ("strange", "did not accept the request. The server's log has the reason."),
        ("overloaded", "is overloaded or not available. Try again in a moment."),
        ("break", "The model's answer broke off. Try again."),
        ("cut", "reached the model's limit on length. Ask it to continue."),
        ("full", "reached the model's limit on length. Ask it to continue."),
        ("refused", "filter stopped this answer. Rephrase your message."),
    ],
)
def test_a_failure_gives_a_message(url: str, prompt: str, sentence: str) -> None:
    *tokens, error = ask(url, prompt)
    assert bool(tokens) is (prompt not in anthropic_api.REFUSALS)
    assert error["event"] == "error"
    assert sentence in error["detail"]


def test_a_client_that_leaves_closes_the_connection(url: str, api: anthropic_api.Api) -> None:
    request = httpx.Client(trust_env=False).stream(
        "POST", f"{url}/stream", json=conversation("stall")
    )
    with request as response:
        lines = response.iter_lines()  # held: httpx closes the response with it
        assert next(lines) == "event: token"
        assert not api.client_left.is_set()
    assert api.client_left.wait(10)


def test_without_a_model_the_app_says_how_to_configure_one(project: Path) -> None:
    with serve(project, "app.server") as url:
        events = ask(url, "Hello!")
    assert "No model is configured" in text(events)
    assert events[-1]["event"] == "done"
