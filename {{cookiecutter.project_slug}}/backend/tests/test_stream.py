"""`POST /stream`: the answer, its events, a failure, and a client that leaves."""

import asyncio
import json
from collections.abc import AsyncGenerator
from threading import Event
from typing import Annotated, Any, cast

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from app.chat import DoneEvent, Message, SourceEvent, StatusEvent, Usage
from app.chat.stream import Answer
from tests.conftest import AnswerWith, conversation, serve


def parse(body: str) -> list[dict[str, Any]]:
    """Read the events of a stream; each must name its kind in both places."""
    events = []
    for block in body.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith(":")]
        if lines:
            name, data = lines
            events.append(json.loads(data.removeprefix("data: ")))
            assert name == f"event: {events[-1]['event']}"
    return events


def ask(client: TestClient, prompt: str = "hi") -> list[dict[str, Any]]:
    """Ask for an answer and read its events."""
    return parse(client.post("/stream", json=conversation(prompt)).text)


def answer_of(*pieces: object) -> Answer:
    """Make an answer of these pieces, of any type."""

    async def answer(_: list[Message]) -> AsyncGenerator[str]:
        for piece in pieces:
            yield cast("str", piece)

    return answer


def test_tokens_come_in_order_then_done(client: TestClient, answer_with: AnswerWith) -> None:
    async def answer(messages: list[Message]) -> AsyncGenerator[str]:
        for word in (messages[-1].content, "line\nbreak", "✓"):
            yield word

    answer_with(answer)
    assert ask(client, "  one  ") == [
        {"event": "token", "text": "one"},
        {"event": "token", "text": "line\nbreak"},
        {"event": "token", "text": "✓"},
        {"event": "done", "tokens": 3, "usage": None},
    ]


def test_a_failing_answer_ends_with_an_error_event(
    client: TestClient, answer_with: AnswerWith, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(messages: list[Message]) -> AsyncGenerator[str]:
        yield messages[-1].content
        raise RuntimeError("the model's secret reason")

    answer_with(answer)
    events = ask(client)
    assert [event["event"] for event in events] == ["token", "error"]
    assert "secret" not in events[-1]["detail"]
    assert "the model's secret reason" in caplog.text


def test_a_client_that_goes_away_cancels_the_answer(app: FastAPI, answer_with: AnswerWith) -> None:
    cancelled = Event()

    async def answer(messages: list[Message]) -> AsyncGenerator[str]:
        try:
            yield messages[-1].content
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    answer_with(answer)
    with serve(app) as client:
        with client.stream("POST", "/stream", json=conversation("hi")) as response:
            lines = response.iter_lines()  # a name keeps httpx from closing the response
            assert next(lines) == "event: token"
            assert not cancelled.is_set()
        assert cancelled.wait(10)


def test_an_answer_can_send_a_status_sources_and_usage(
    client: TestClient, answer_with: AnswerWith
) -> None:
    source = SourceEvent(title="A page", url="https://example.com/")
    usage = Usage(prompt_tokens=1, completion_tokens=2)
    answer_with(answer_of(StatusEvent(text="Searching…"), source, "hi", DoneEvent(usage=usage)))
    assert ask(client) == [
        {"event": "status", "text": "Searching…"},
        {"event": "source", "title": "A page", "url": "https://example.com/"},
        {"event": "token", "text": "hi"},
        {"event": "done", "tokens": 1, "usage": usage.model_dump()},
    ]


def test_the_whole_conversation_is_answered(client: TestClient, answer_with: AnswerWith) -> None:
    async def answer(messages: list[Message]) -> AsyncGenerator[str]:
        for message in messages:
            yield f"{message.role}: {message.content}"

    answer_with(answer)
    response = client.post("/stream", json=conversation(" Hi ", " Hello ", "Why?"))
    texts = [event.get("text") for event in parse(response.text)]
    assert texts == ["user: Hi", "assistant:  Hello ", "user: Why?", None]


async def get_place() -> str:
    """Provide what an app would look up."""
    return "here"


async def greet(
    messages: list[Message], place: Annotated[str, Depends(get_place)]
) -> AsyncGenerator[str]:
    yield f"{messages[-1].content} from {place}"


def test_a_dependency_of_the_answer_can_be_replaced(
    app: FastAPI, client: TestClient, answer_with: AnswerWith
) -> None:
    answer_with(greet)
    assert ask(client, "Hello")[0]["text"] == "Hello from here"
    app.dependency_overrides[get_place] = lambda: "there"
    assert ask(client, "Hello")[0]["text"] == "Hello from there"
