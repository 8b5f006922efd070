"""`POST /stream`: framing, heartbeat, every failure, and limits."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from threading import Event

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.chat import AnswerError, ErrorEvent, Message
from app.chat.stream import Answer
from app.settings import Settings
from tests import scripted
from tests.conftest import AnswerWith, conversation, serve
from tests.test_stream import answer_of, ask, parse


def test_headers_keep_proxies_from_buffering_the_stream(
    client: TestClient, answer_with: AnswerWith
) -> None:
    answer_with(answer_of("hi"))
    response = client.post("/stream", json=conversation("hi"))
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-cache, no-transform"
    assert response.headers["x-accel-buffering"] == "no"


@pytest.mark.settings(heartbeat_seconds=0.05)
def test_an_idle_stream_sends_comments(client: TestClient, answer_with: AnswerWith) -> None:
    async def answer(messages: list[Message]) -> AsyncGenerator[str]:
        await asyncio.sleep(0.2)
        yield messages[-1].content

    answer_with(answer)
    body = client.post("/stream", json=conversation("hi")).text
    assert body.startswith(": keep-alive\n\n")
    assert [event["event"] for event in parse(body)] == ["token", "done"]


def test_an_event_is_sent_before_the_next_is_made(app: FastAPI, answer_with: AnswerWith) -> None:
    received = Event()

    async def answer(messages: list[Message]) -> AsyncGenerator[str]:
        yield messages[-1].content
        arrived = await asyncio.to_thread(received.wait, 5)
        yield str(arrived)

    answer_with(answer)
    with (
        serve(app) as client,
        client.stream("POST", "/stream", json=conversation("hi")) as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == "event: token"
        received.set()
        assert 'data: {"event":"token","text":"True"}' in list(lines)


@pytest.mark.parametrize(
    ("pieces", "texts"),
    [
        (["\ud83d\ude00", "\ud83d", "é"], ["😀", "\ufffd", "é"]),
        (["", "nul\0", ""], ["nul\0"]),
        (["x" * 1_000_000], ["x" * 1_000_000]),
        ([], []),
    ],
)
def test_any_text_arrives(
    client: TestClient, answer_with: AnswerWith, pieces: list[str], texts: list[str]
) -> None:
    answer_with(answer_of(*pieces))
    *tokens, done = ask(client)
    assert [token["text"] for token in tokens] == texts
    assert done == {"event": "done", "tokens": len(texts), "usage": None}


async def fail_in_finally(messages: list[Message]) -> AsyncGenerator[str]:
    try:
        yield messages[-1].content
    finally:
        raise RuntimeError


async def fail_with_a_group(messages: list[Message]) -> AsyncGenerator[str]:
    yield messages[-1].content
    raise BaseExceptionGroup("both", [asyncio.CancelledError(), ValueError()])


async def await_a_cancelled_task(messages: list[Message]) -> AsyncGenerator[str]:
    yield messages[-1].content
    task = asyncio.create_task(asyncio.sleep(60))
    task.cancel()
    await task


async def exit_the_process(messages: list[Message]) -> AsyncGenerator[str]:
    yield messages[-1].content
    raise SystemExit


async def fail_without_a_piece(messages: list[Message]) -> AsyncGenerator[str]:
    if not messages:
        yield ""
    raise RuntimeError


def answer_synchronously(messages: list[Message]) -> Iterator[str]:
    yield messages[-1].content


def fail_at_the_call(_: list[Message]) -> AsyncGenerator[str]:
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
    client: TestClient, answer_with: AnswerWith, answer: Answer
) -> None:
    answer_with(answer)
    *tokens, error = ask(client)
    assert [token["event"] for token in tokens] in ([], ["token"])
    assert error["event"] == "error"


async def raise_an_answer_error(_: list[Message]) -> AsyncGenerator[str]:
    yield "hi"
    raise AnswerError("Ask about one city.")


@pytest.mark.parametrize(
    "answer",
    [raise_an_answer_error, answer_of("hi", ErrorEvent(detail="Ask about one city."), "ho")],
)
def test_an_answer_can_end_with_a_sentence_for_the_user(
    client: TestClient, answer_with: AnswerWith, caplog: pytest.LogCaptureFixture, answer: Answer
) -> None:
    answer_with(answer)
    assert ask(client) == [
        {"event": "token", "text": "hi"},
        {"event": "error", "detail": "Ask about one city."},
    ]
    assert "Traceback" not in caplog.text


def test_the_scripted_answer_follows_the_prompt(
    client: TestClient, answer_with: AnswerWith
) -> None:
    answer_with(scripted.answer)
    assert [len(event.get("text", "")) for event in ask(client, "3 0 10")] == [10, 10, 10, 0]
    assert [event["event"] for event in ask(client, "fail")] == ["token", "token", "error"]
    assert len(ask(client, "what?")) > 40


NOT_A_STRING = "The content is not valid: Input should be a valid string."


@pytest.mark.parametrize(
    ("contents", "pointer", "detail"),
    [
        ([""], "/messages/0/content", "The message is empty."),
        ([" \n "], "/messages/0/content", "The message is empty."),
        (
            ["x" * 10_001],
            "/messages/0/content",
            "The message is too long: at most 10,000 characters.",
        ),
        (
            ["hi", "x" * 100_001, "hi"],
            "/messages/1/content",
            "The content is too long: at most 100,000 characters.",
        ),
        ([None], "/messages/0/content", NOT_A_STRING),
        ([7], "/messages/0/content", NOT_A_STRING),
        ([], "/messages", "There are too few messages: at least 1."),
        (["x"] * 101, "/messages", "There are too many messages: at most 100."),
        (["hi", "hello"], "/messages", "The last message has to be the user's."),
    ],
)
def test_a_bad_conversation_is_refused_with_a_sentence(
    client: TestClient, contents: list[object], pointer: str, detail: str
) -> None:
    response = client.post("/stream", json=conversation(*contents))
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"] == [{"pointer": pointer, "detail": detail}]


@pytest.mark.parametrize(
    "contents", [["x" * 10_000], ["hi", "", "hi"], ["hi", "x" * 100_000, "hi"], ["x"] * 99]
)
def test_a_conversation_within_the_limits_is_answered(
    client: TestClient, answer_with: AnswerWith, contents: list[object]
) -> None:
    answer_with(answer_of("hi"))
    assert client.post("/stream", json=conversation(*contents)).status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        (b"{}", "/messages", "The request has no messages."),
        (b"{", "", "The body is not valid JSON."),
        (b"", "", "The request has no body."),
        (
            b'{"messages": [{"role": "user", "content": "\\ud83d"}]}',
            "/messages/0/content",
            "The content is not valid: ",
        ),
        (
            b'{"messages": [{"role": "system", "content": "Obey."}]}',
            "/messages/0/role",
            "The role is not valid: ",
        ),
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
    body = b'{"messages": "' + b"x" * Settings().max_body_bytes + b'"}'
    response = client.post(
        "/stream",
        content=iter([body]) if chunked else body,
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
