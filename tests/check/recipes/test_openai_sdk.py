"""docs/recipes/openai-sdk.md, with the project's own provider for tests as the model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import recipes
from tests.backend import free_port, running, serve, wait_until_it_responds
from tests.check.recipes.answers import ask, text

BROKEN = "The model's answer broke off. Try again."


@pytest.fixture(scope="module")
def project(both_app: Path, shared_folder: Path) -> Path:
    """A project after the recipe."""
    return recipes.shared(shared_folder, both_app, "openai-sdk")


@pytest.fixture(scope="module")
def url(project: Path) -> Iterator[str]:
    """The backend with the SDK, and a provider on this machine."""
    port = free_port()
    with running(project, "-m", "tests.provider", str(port)):
        wait_until_it_responds(f"http://127.0.0.1:{port}/requests")
        settings = {
            "MODEL_NAME": "a-model",
            "MODEL_API_KEY": "sk-test-123456",
            "MODEL_BASE_URL": f"http://127.0.0.1:{port}/v1",
            "NO_PROXY": "127.0.0.1",
        }
        with serve(project, "app.server", **settings) as url:
            yield url


def test_the_project_passes_its_checks(project: Path) -> None:
    recipes.check_backend(project)


def test_the_model_answers_the_conversation(url: str) -> None:
    events = ask(url, "Hello!", "Hi.", "grüße 🙂")
    assert text(events) == "Answer 2 to “grüße🙂” … 日本語 🙂"
    assert events[-1]["usage"] == {"prompt_tokens": 11, "completion_tokens": 22}


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("401", "The model provider does not accept the key. Check MODEL_API_KEY."),
        ("too long", "The conversation is too long for the model. Start a new chat or shorten"),
        ("break", BROKEN),
        ("cut short", "The answer reached the model's limit on length. Ask it to continue."),
    ],
)
def test_a_failure_is_a_sentence(url: str, prompt: str, sentence: str) -> None:
    *_, error = ask(url, prompt)
    assert error["detail"].startswith(sentence)


def test_without_a_model_the_app_says_how_to_configure_one(project: Path) -> None:
    with serve(project, "app.server") as url:
        assert "No model is configured" in text(ask(url, "Hello!"))
