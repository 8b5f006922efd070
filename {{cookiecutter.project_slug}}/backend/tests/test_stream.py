"""`POST /stream`: order, framing, heartbeat, failures, cancellation, limits."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator
from threading import Event
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.routes.stream import Answer
from app.settings import Settings
from tests import scripted
from tests.conftest import serve

Replace = Callable[[Answer], None]
Configure = Callable[[Settings], None]


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
    return parse(client.post("/stream", json={"prompt": prompt}).text)


def answer_of(*pieces: object) -> Answer:
    """Make an answer of these pieces, whatever their types are."""

    async def answer(_: str) -> AsyncGenerator[str]:
        for piece in pieces:
            yield cast("str", piece)

    return answer


def test_tokens_come_in_order_then_done(client: TestClient, answer_with: Replace) -> None:
    async def answer(prompt: str) -> AsyncGenerator[str]:
        for word in (prompt, "line\nbreak", "✓"):
            yield word

    answer_with(answer)
    assert ask(client, "  one  ") == [
        {"event": "token", "text": "one"},
        {"event": "token", "text": "line\nbreak"},
        {"event": "token", "text": "✓"},
        {"event": "done", "tokens": 3},
    ]


def test_headers_keep_proxies_from_holding_back_the_stream(
    client: TestClient, answer_with: Replace
) -> None:
    answer_with(answer_of("hi"))
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
    events = ask(client)
    assert [event["event"] for event in events] == ["token", "error"]
    assert "secret" not in events[-1]["detail"]
    assert "the model's secret reason" in caplog.text


def test_silence_is_filled_with_comments(
    client: TestClient, answer_with: Replace, configure: Configure
) -> None:
    async def answer(prompt: str) -> AsyncGenerator[str]:
        await asyncio.sleep(0.2)
        yield prompt

    answer_with(answer)
    configure(Settings(heartbeat_seconds=0.05))
    body = client.post("/stream", json={"prompt": "hi"}).text
    assert body.startswith(": keep-alive\n\n")
    assert [event["event"] for event in parse(body)] == ["token", "done"]


def test_an_event_leaves_before_the_next_is_made(app: FastAPI, answer_with: Replace) -> None:
    received = Event()

    async def answer(prompt: str) -> AsyncGenerator[str]:
        yield prompt
        arrived = await asyncio.to_thread(received.wait, 5)
        yield str(arrived)

    answer_with(answer)
    with serve(app) as client, client.stream("POST", "/stream", json={"prompt": "hi"}) as response:
        lines = response.iter_lines()
        assert next(lines) == "event: token"
        received.set()
        assert 'data: {"event":"token","text":"True"}' in list(lines)


def test_a_client_that_goes_away_cancels_the_answer(app: FastAPI, answer_with: Replace) -> None:
    cancelled = Event()

    async def answer(prompt: str) -> AsyncGenerator[str]:
        try:
            yield prompt
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    answer_with(answer)
    with serve(app) as client:
        with client.stream("POST", "/stream", json={"prompt": "hi"}) as response:
            lines = response.iter_lines()  # held: httpx closes the response with it
            assert next(lines) == "event: token"
            assert not cancelled.is_set()
        assert cancelled.wait(1)


@pytest.mark.parametrize(
    ("pieces", "texts"),
    [
        (["ok ", "\ud83d", "\ude00"], ["ok ", "😀"]),
        (["a\ud83d", "\ude00b"], ["a", "😀b"]),
        (["\ud83d", "", "\ude00"], ["😀"]),
        (["\ud83d", "a"], ["\ufffda"]),
        (["\ude00", "a"], ["\ufffd", "a"]),
        (["\ud83d", "\ud83d\ude00"], ["\ufffd😀"]),
        (["a", "\ud83d"], ["a", "\ufffd"]),
        (["", "nul\0", ""], ["nul\0"]),
        (["x" * 1_000_000], ["x" * 1_000_000]),
        ([], []),
    ],
)
def test_any_text_arrives(
    client: TestClient, answer_with: Replace, pieces: list[str], texts: list[str]
) -> None:
    answer_with(answer_of(*pieces))
    *tokens, done = ask(client)
    assert [token["text"] for token in tokens] == texts
    assert done == {"event": "done", "tokens": len(texts)}


async def fail_in_finally(prompt: str) -> AsyncGenerator[str]:
    try:
        yield prompt
    finally:
        raise RuntimeError


async def fail_with_a_group(prompt: str) -> AsyncGenerator[str]:
    yield prompt
    raise BaseExceptionGroup("both", [asyncio.CancelledError(), ValueError()])


async def await_a_cancelled_task(prompt: str) -> AsyncGenerator[str]:
    yield prompt
    task = asyncio.create_task(asyncio.sleep(60))
    task.cancel()
    await task


async def exit_the_process(prompt: str) -> AsyncGenerator[str]:
    yield prompt
    raise SystemExit


async def fail_without_a_piece(prompt: str) -> AsyncGenerator[str]:
    if prompt == "":
        yield ""
    raise RuntimeError


def answer_synchronously(prompt: str) -> Iterator[str]:
    yield prompt


def fail_at_the_call(_: str) -> AsyncGenerator[str]:
    raise RuntimeError


@pytest.mark.parametrize(
    "answer",
    [
        answer_of("hi", None),
        answer_of("hi", b"bytes"),
        answer_of("hi", 7),
        fail_in_finally,
        fail_with_a_group,
        await_a_cancelled_task,
        exit_the_process,
        fail_without_a_piece,
        answer_synchronously,
        fail_at_the_call,
    ],
)
def test_every_failure_ends_with_an_error_event(
    client: TestClient, answer_with: Replace, answer: Answer
) -> None:
    answer_with(answer)
    *tokens, error = ask(client)
    assert [token["event"] for token in tokens] in ([], ["token"])
    assert error["event"] == "error"


def test_the_scripted_answer_can_be_told_its_size_and_to_fail(
    client: TestClient, answer_with: Replace
) -> None:
    answer_with(scripted.answer)
    assert [len(event.get("text", "")) for event in ask(client, "3 0 10")] == [10, 10, 10, 0]
    assert [event["event"] for event in ask(client, "fail")] == ["token", "token", "error"]
    assert len(ask(client, "what?")) > 40


@pytest.mark.parametrize(
    ("prompt", "detail"),
    [
        ("", "The prompt is empty."),
        (" \n ", "The prompt is empty."),
        ("x" * 10_001, "The prompt is too long: at most 10,000 characters."),
        (None, "The prompt is not valid: Input should be a valid string."),
        (7, "The prompt is not valid: Input should be a valid string."),
    ],
)
def test_a_bad_prompt_is_refused_with_a_sentence(
    client: TestClient, prompt: object, detail: str
) -> None:
    response = client.post("/stream", json={"prompt": prompt})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"] == [{"pointer": "/prompt", "detail": detail}]


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        (b"{}", "/prompt", "The prompt is missing."),
        (b"{", "", "The body is not valid JSON."),
        (b"", "", "The body is missing."),
        (b'{"prompt": "\\ud83d"}', "/prompt", "The prompt is not valid: "),
    ],
)
def test_a_bad_body_is_refused_with_a_sentence(
    client: TestClient, body: bytes, pointer: str, detail: str
) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/stream", content=body, headers=headers)
    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].startswith(detail)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused(client: TestClient, *, chunked: bool) -> None:
    body = b'{"prompt": "' + b"x" * Settings().max_body_bytes + b'"}'
    response = client.post(
        "/stream",
        content=iter([body]) if chunked else body,
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
