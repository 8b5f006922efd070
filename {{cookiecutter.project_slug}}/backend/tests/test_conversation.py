"""A conversation with a model through the whole app, and the answer without a model."""

import json
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.chat import Message, StreamEvent
from app.model import ModelDep
from tests.conftest import KEY, AnswerWith, conversation, serve
from tests.provider import Provider, running_provider
from tests.test_stream import parse


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider that the settings name."""
    with running_provider() as provider:
        monkeypatch.setenv("MODEL_API_KEY", KEY)
        monkeypatch.setenv("MODEL_NAME", "test-model")
        monkeypatch.setenv("MODEL_BASE_URL", provider.url)
        monkeypatch.setenv("MODEL_IDLE_SECONDS", "2")
        yield provider


async def ask_model(messages: list[Message], model: ModelDep) -> AsyncGenerator[str | StreamEvent]:
    """Answer with the model, whatever app/answer.py does."""
    assert model
    async with aclosing(model.ask("Be brief.", messages)) as pieces:
        async for piece in pieces:
            yield piece


@pytest.fixture
def model_app(provider: Provider, app: FastAPI, answer_with: AnswerWith) -> FastAPI:
    """The app with a model at the provider."""
    answer_with(ask_model)
    return app


def ask(client: TestClient, *contents: object) -> tuple[str, dict[str, Any]]:
    """Send a conversation.

    Returns:
        The text of its answer, and the last event.
    """
    events = parse(client.post("/stream", json=conversation(*contents)).text)
    return "".join(e["text"] for e in events if e["event"] == "token"), events[-1]


def test_a_conversation_of_three_turns_is_answered_by_the_model(
    provider: Provider, model_app: FastAPI
) -> None:
    with TestClient(model_app) as client:
        first, _ = ask(client, "one")
        second, _ = ask(client, "one", first, "two")
        third, done = ask(client, "one", first, "two", second, "three 🙂")
    assert third == "Answer 3 to “three🙂” … 日本語 🙂"
    assert done["usage"] == {"prompt_tokens": 11, "completion_tokens": 22}
    messages = provider.requests[-1].body["messages"]
    contents = ["Be brief.", "one", first, "two", second, "three 🙂"]
    assert [message["content"] for message in messages] == contents
    roles = ["system", "user", "assistant", "user", "assistant", "user"]
    assert [message["role"] for message in messages] == roles
    assert {request.authorization for request in provider.requests} == {f"Bearer {KEY}"}
    assert provider.connections < 3


def test_half_an_emoji_of_the_model_arrives_whole(model_app: FastAPI) -> None:
    halves = [{"choices": [{"delta": {"content": half}}]} for half in ("\ud83d", "\ude00")]
    events = [*map(json.dumps, halves), "[DONE]"]
    with TestClient(model_app) as client:
        text, _ = ask(client, f"stream {json.dumps(events)}")
    assert text.endswith("😀")


@pytest.mark.parametrize("fault", ["401", "error", "stall"])
def test_a_failure_of_the_model_is_a_sentence_after_the_text(
    model_app: FastAPI, fault: str
) -> None:
    with TestClient(model_app) as client:
        text, error = ask(client, fault)
    assert bool(text) is (fault != "401")
    assert error["event"] == "error"
    assert error["detail"].startswith("The model")
    assert KEY not in error["detail"]


def test_a_client_that_leaves_closes_the_providers_connection(
    provider: Provider, model_app: FastAPI
) -> None:
    with (
        serve(model_app) as client,
        client.stream("POST", "/stream", json=conversation("stall")) as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == "event: token"
        response.close()
        deadline = time.monotonic() + 10
        while provider.requests[-1].ended is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert provider.requests[-1].ended == "client left"
