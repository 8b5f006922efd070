"""`POST /stream`: order, framing, heartbeat, failures, cancellation, limits."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from threading import Event
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.answer import describe
from app.body_limit import MAX_BODY_BYTES
from tests.conftest import Answer, serve

Replace = Callable[[Answer], None]


def parse(body: str) -> list[dict[str, Any]]:
    """Read the events of a stream, checking that each names its kind twice alike."""
    events = []
    for block in body.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith(":")]
        if lines:
            name, data = lines
            events.append(json.loads(data.removeprefix("data: ")))
            assert name == f"event: {events[-1]['event']}"
    return events


def test_tokens_come_in_order_then_done(client: TestClient, answer_with: Replace) -> None:
    async def answer(prompt: str) -> AsyncGenerator[str]:
        for word in (prompt, "line\nbreak", "✓"):
            yield word

    answer_with(answer)
    response = client.post("/stream", json={"prompt": "  one  "})
    assert parse(response.text) == [
        {"event": "token", "text": "one"},
        {"event": "token", "text": "line\nbreak"},
        {"event": "token", "text": "✓"},
        {"event": "done", "tokens": 3},
    ]


def test_headers_keep_proxies_from_holding_back_the_stream(
    client: TestClient, answer_with: Replace
) -> None:
    async def answer(prompt: str) -> AsyncGenerator[str]:
        yield prompt

    answer_with(answer)
    response = client.post("/stream", json={"prompt": "hi"})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-cache, no-transform"
    assert response.headers["x-accel-buffering"] == "no"


def test_a_failing_answer_ends_with_an_error_event(
    client: TestClient, answer_with: Replace, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(prompt: str) -> AsyncGenerator[str]:
        yield prompt
        raise RuntimeError("the model's secret reason")

    answer_with(answer)
    events = parse(client.post("/stream", json={"prompt": "hi"}).text)
    assert [event["event"] for event in events] == ["token", "error"]
    assert "secret" not in events[-1]["detail"]
    assert "the model's secret reason" in caplog.text


def test_silence_is_filled_with_comments(
    client: TestClient, answer_with: Replace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(prompt: str) -> AsyncGenerator[str]:
        await asyncio.sleep(0.2)
        yield prompt

    answer_with(answer)
    monkeypatch.setenv("HEARTBEAT_SECONDS", "0.05")
    body = client.post("/stream", json={"prompt": "hi"}).text
    assert body.startswith(": keep-alive\n\n")
    assert [event["event"] for event in parse(body)] == ["token", "done"]


def test_an_event_leaves_before_the_next_is_made(answer_with: Replace) -> None:
    received = Event()

    async def answer(prompt: str) -> AsyncGenerator[str]:
        yield prompt
        arrived = await asyncio.to_thread(received.wait, 5)
        yield str(arrived)

    answer_with(answer)
    with serve() as client, client.stream("POST", "/stream", json={"prompt": "hi"}) as response:
        lines = response.iter_lines()
        assert next(lines) == "event: token"
        received.set()
        assert 'data: {"event":"token","text":"True"}' in list(lines)


def test_a_client_that_goes_away_cancels_the_answer(answer_with: Replace) -> None:
    cancelled = Event()

    async def answer(prompt: str) -> AsyncGenerator[str]:
        try:
            yield prompt
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    answer_with(answer)
    with serve() as client:
        with client.stream("POST", "/stream", json={"prompt": "hi"}) as response:
            lines = response.iter_lines()  # held: httpx closes the response with it
            assert next(lines) == "event: token"
            assert not cancelled.is_set()
        assert cancelled.wait(1)


@pytest.mark.parametrize("prompt", ["", " \n ", "x" * 10_001, None, 7])
def test_a_bad_prompt_is_refused_at_its_field(client: TestClient, prompt: object) -> None:
    response = client.post("/stream", json={"prompt": prompt})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in response.json()["errors"]] == ["/prompt"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused(client: TestClient, *, chunked: bool) -> None:
    body = b'{"prompt": "' + b"x" * MAX_BODY_BYTES + b'"}'
    response = client.post(
        "/stream",
        content=iter([body]) if chunked else body,
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"


def test_the_default_answer_is_about_the_prompt() -> None:
    text = describe("The cat saw the dog. It ran!")
    assert "7 words, 2 sentences and 28 characters" in text
    assert "“the” (2 times)" in text


def test_the_default_answer_arrives_whole() -> None:
    with serve() as client:
        response: httpx2.Response = client.post("/stream", json={"prompt": "hello"}, timeout=20)
    *tokens, done = parse(response.text)
    assert "".join(token["text"] for token in tokens) == describe("hello")
    assert done == {"event": "done", "tokens": len(tokens)}
