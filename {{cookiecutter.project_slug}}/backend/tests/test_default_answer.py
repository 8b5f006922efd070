"""The answers of an app without a model."""

import asyncio
import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from app.chat import SourceEvent, StatusEvent, StreamEvent, default_answer
from app.server.platform import Platform

EXAMPLES = json.loads(default_answer.EXAMPLES.read_text("utf-8"))


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer at once, and look for Ollama at an address where nothing listens."""
    monkeypatch.setattr(default_answer, "SECONDS_OF_STATUS", 0)
    monkeypatch.setattr(default_answer, "SECONDS_BETWEEN_WORDS", 0)
    monkeypatch.setattr(default_answer, "OLLAMA", "http://127.0.0.1:9")


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that lists its models as Ollama does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/tags" else 404)
            self.end_headers()
            self.wfile.write(b'{"models": [{"name": "llama3.2:latest"}, {"name": "qwen3:8b"}]}')

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(default_answer, "OLLAMA", url)
        monkeypatch.setattr(default_answer, "OLLAMA_SECONDS", 10)  # a busy machine may be slow
        yield url
        server.shutdown()


def ask(question: str) -> tuple[str, list[object]]:
    """Return the text of an answer, and its events."""

    async def gather() -> list[str | StreamEvent]:
        return [piece async for piece in default_answer.answer_without_model(question)]

    pieces = asyncio.run(gather())
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    return text, [piece for piece in pieces if not isinstance(piece, str)]


@pytest.mark.parametrize("question", EXAMPLES["questions"])
def test_an_example_has_an_answer_whose_citations_have_sources(question: str) -> None:
    text, events = ask(question)
    assert isinstance(events[0], StatusEvent)
    sources = [event for event in events if isinstance(event, SourceEvent)]
    assert {int(n) for n in re.findall(r"\[(\d+)\]", text)} == set(range(1, len(sources) + 1))
    assert "No model" not in text


def test_another_question_gets_the_lines_that_configure_a_model() -> None:
    text, events = ask("What time is it?")
    assert events == []
    assert "No model is configured" in text
    assert "MODEL_NAME=" in text
    assert "Ollama" not in text


def test_a_model_on_this_machine_is_offered_in_development_only(
    ollama: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, _ = ask("What time is it?")
    assert "`llama3.2:latest`, `qwen3:8b`" in text
    assert f"MODEL_BASE_URL={ollama}/v1\nMODEL_NAME=llama3.2:latest\n" in text
    monkeypatch.setattr(default_answer, "load_platform", lambda: Platform(layout="monolith"))
    text, _ = ask("What time is it?")
    assert "Ollama" not in text
