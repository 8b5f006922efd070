"""A real model behind the app: llama.cpp's server, which answers one request at a time."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests import recipes
from tests.backend import free_port, serve
from tests.check.recipes.answers import ask, text
from tests.conversation import conversation
from tests.projects import run
from tests.real.recipes.page import serve_page
from tools.setup import TOOLS, install

HERE = Path(__file__).parent
QUESTION = "Say hello."
LONG = "What is the capital of France?"
"""A small model answers this with the same few words again and again, up to a thousand times."""


@contextmanager
def llama(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the model's server on a port."""
    python = install(TOOLS / "model", "model") / "python"
    server = subprocess.Popen([python, HERE / "server.py", str(port)], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_up(port))
        yield server
    finally:
        server.kill()
        server.wait(30)


def is_up(port: int) -> bool:
    """Return whether the server has loaded the model."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).is_success
    except httpx.TransportError:
        return False


def is_busy(port: int) -> bool:
    """Return whether the server is answering a request."""
    [slot] = httpx.get(f"http://127.0.0.1:{port}/slots", trust_env=False, timeout=60).json()
    return bool(slot["is_processing"])


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until something is true.

    Raises:
        TimeoutError: it wasn't within two minutes.
    """
    deadline = time.monotonic() + 120
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.2)


@contextmanager
def streaming(url: str, question: str) -> Iterator[Iterator[str]]:
    """Ask a question, and read the lines of the stream from its first token on."""
    with httpx.stream(
        "POST", f"{url}/stream", json=conversation(question), trust_env=False, timeout=120
    ) as response:
        lines = response.iter_lines()
        for line in lines:
            if line == "event: token":
                break
        yield lines


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of the model's server."""
    port = free_port()
    with llama(port):
        yield port


def settings(port: int) -> dict[str, str]:
    """The settings of an app that asks the model."""
    return {
        "MODEL_NAME": "smollm2",
        "MODEL_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "MODEL_IDLE_SECONDS": "120",
    }


@pytest.fixture(scope="module")
def url(both_app: Path, port: int) -> Iterator[str]:
    """The address of the backend."""
    with serve(both_app, "app.server", **settings(port)) as url:
        yield url


def test_the_model_answers_a_question_and_the_next_one(url: str) -> None:
    first = ask(url, QUESTION)
    assert text(first)
    assert first[-1]["event"] == "done"
    assert first[-1]["usage"]["completion_tokens"] > 0
    second = ask(url, QUESTION, text(first), "Say goodbye.")
    assert text(second)
    assert second[-1]["usage"]["prompt_tokens"] > first[-1]["usage"]["prompt_tokens"]


def test_stopping_frees_the_slot_for_the_next_question(url: str, port: int) -> None:
    with streaming(url, LONG):
        assert is_busy(port)
    wait_until(lambda: not is_busy(port))
    assert text(ask(url, QUESTION))


def test_a_conversation_that_is_too_long_is_reported(url: str) -> None:
    *_, error = ask(url, QUESTION, "once upon a time " * 1000, "Go on.")
    assert error["detail"].startswith("The conversation is too long for the model.")


def test_a_question_that_waits_too_long_for_the_slot_names_the_setting(
    both_app: Path, url: str, port: int
) -> None:
    impatient = settings(port) | {"MODEL_IDLE_SECONDS": "0.5"}
    with streaming(url, LONG), serve(both_app, "app.server", **impatient) as other:
        *_, error = ask(other, QUESTION)
    assert "MODEL_IDLE_SECONDS" in error["detail"]


def test_a_server_that_is_killed_breaks_the_answer_off_and_can_come_back(both_app: Path) -> None:
    port = free_port()
    with serve(both_app, "app.server", **settings(port)) as url:
        with llama(port) as server, streaming(url, LONG) as lines:
            server.kill()
            *_, last = (line for line in lines if line.startswith("data: "))
        assert json.loads(last.removeprefix("data: ")) == {
            "event": "error",
            "detail": "The model's answer broke off. Try again.",
        }
        with llama(port):
            assert text(ask(url, QUESTION))


def test_the_page_shows_the_answer_and_stops_it(both_app: Path, port: int, tmp_path: Path) -> None:
    project = recipes.copy(both_app, tmp_path)
    shutil.copy(HERE / "page.test.ts", project / "e2e/real-model.test.ts")
    with serve_page(project, **settings(port)) as url:
        run(project, "env", f"E2E_URL={url}", "bun", "run", "e2e", "real-model.test.ts")
    wait_until(lambda: not is_busy(port))
