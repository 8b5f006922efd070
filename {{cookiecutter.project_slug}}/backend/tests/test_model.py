"""The client of a model, against a real provider on this machine."""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest

from app.chat import AnswerError, DoneEvent, StatusEvent, Usage
from app.model.client import Model
from app.model.connection import is_loopback
from app.model.errors import parse_retry_after
from tests.conftest import KEY, Piece, ask, settings_for, text, user
from tests.provider import UNKNOWN_MODEL, Provider

pytestmark = pytest.mark.usefixtures("_quick_model")


def test_an_answer_arrives_whole_and_with_its_usage(provider: Provider) -> None:
    pieces = ask(settings_for(provider), "grüße 🙂")
    assert text(pieces) == "Answer 1 to “grüße🙂” … 日本語 🙂"
    assert pieces[-1] == DoneEvent(usage=Usage(prompt_tokens=11, completion_tokens=22))


def test_a_request_carries_the_key_the_model_and_the_conversation(provider: Provider) -> None:
    ask(settings_for(provider), "hello")
    request = provider.requests[-1]
    assert request.path == "/v1/chat/completions"
    assert request.authorization == f"Bearer {KEY}"
    assert request.body["model"] == "test-model"
    assert request.body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hello"},
    ]


def test_without_a_key_no_key_is_sent(provider: Provider) -> None:
    ask(settings_for(provider, model_api_key=None), "hello")
    assert provider.requests[-1].authorization is None


def test_a_connection_serves_more_than_one_answer(provider: Provider) -> None:
    ask(settings_for(provider), "first", "401", "second")
    first, refused, second = provider.requests[-3:]
    assert first.connection == refused.connection == second.connection


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("401", "The model provider does not accept the key. Check MODEL_API_KEY."),
        ("403", "The model provider does not accept the key. Check MODEL_API_KEY."),
        ("402", "no credit left"),
        ("no credit", "no credit left"),
        ("404", "The model “test-model” was not found. Check MODEL_NAME and MODEL_BASE_URL."),
        ("429 70", "The model provider is rate-limiting you. Try again in 70 seconds."),
        ("429", "The model provider is rate-limiting you. Try again in a moment."),
        ("503", "The model is overloaded or not available. Try again in a moment."),
        ("500 99", "The model is overloaded or not available. Try again in a moment."),
        ("400", "The model provider did not accept the request."),
        ("307", "MODEL_BASE_URL does not lead to an OpenAI-compatible API."),
        ("a page", "MODEL_BASE_URL does not lead to an OpenAI-compatible API."),
        ("too long", "The conversation is too long for the model. Start a new chat"),
        ("too long for vllm", "The conversation is too long for the model. Start a new chat"),
        ("flagged", "The model provider's filter stopped this answer. Rephrase your message."),
        ("flagged by openrouter", "The model provider's filter stopped this answer."),
        ("hang up", "The model's answer broke off. Try again."),
        ("break first", "The model's answer broke off. Try again."),
    ],
)
def test_a_failure_before_the_answer_is_a_sentence(
    provider: Provider, prompt: str, sentence: str
) -> None:
    error = ask(settings_for(provider), prompt)[-1]
    assert isinstance(error, AnswerError)
    assert str(error).startswith(sentence) or sentence in str(error)


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("break", "The model's answer broke off. Try again."),
        ("no end", "The model's answer broke off. Try again."),
        ("malformed", "The model's answer could not be read. Try again."),
        ("error", "The model is overloaded or not available. Try again in a moment."),
        ("error event", "The model is overloaded or not available. Try again in a moment."),
        ("filtered", "The model provider's filter stopped this answer. Rephrase your message."),
        ("cut short", "The answer reached the model's limit on length. Ask it to continue."),
    ],
)
def test_a_failure_in_the_middle_keeps_the_text_and_is_not_tried_again(
    provider: Provider, prompt: str, sentence: str
) -> None:
    before = len(provider.requests)
    *pieces, error = ask(settings_for(provider), prompt)
    assert text(list(pieces)).startswith("Answer 1 to “")
    assert str(error) == sentence
    assert len(provider.requests) == before + 1


def test_an_event_that_is_not_json_ends_the_answer(provider: Provider) -> None:
    error = ask(settings_for(provider), "send {")[-1]
    assert str(error) == "The model's answer could not be read. Try again."


def test_half_an_emoji_is_passed_on(provider: Provider) -> None:
    data = r'{"choices": [{"delta": {"content": "\ud83d"}}]}'
    assert "\ufffd" in ask(settings_for(provider), f"send {data}")


def test_an_answer_without_the_end_mark_is_complete_if_the_model_stopped(
    provider: Provider,
) -> None:
    assert isinstance(ask(settings_for(provider), "no done")[-1], DoneEvent)


@pytest.mark.parametrize("fault", ["429", "429 0", "500", "503 1", "hang up", "break first"])
def test_a_passing_failure_is_tried_a_second_time(provider: Provider, fault: str) -> None:
    before = len(provider.requests)
    pieces = ask(settings_for(provider), f"once {fault}")
    assert isinstance(pieces[0], StatusEvent)
    assert isinstance(pieces[-1], DoneEvent)
    assert len(provider.requests) == before + 2


@pytest.mark.parametrize("fault", ["400", "401", "404", "429 60", "no credit", "malformed"])
def test_a_lasting_failure_is_not_tried_again(provider: Provider, fault: str) -> None:
    before = len(provider.requests)
    ask(settings_for(provider), f"once {fault}")
    assert len(provider.requests) == before + 1


def test_a_second_failure_is_reported(provider: Provider) -> None:
    before = len(provider.requests)
    status, error = ask(settings_for(provider), "503")
    assert isinstance(status, StatusEvent)
    assert isinstance(error, AnswerError)
    assert len(provider.requests) == before + 2


def test_the_wait_that_the_provider_asks_for_is_respected(provider: Provider) -> None:
    started = time.monotonic()
    ask(settings_for(provider), "once 502 1")
    assert time.monotonic() - started >= 1


def test_an_unknown_model_is_named(provider: Provider) -> None:
    (error,) = ask(settings_for(provider, model_name=UNKNOWN_MODEL), "hello")
    assert UNKNOWN_MODEL in str(error)


def test_an_unreachable_provider_is_reported(provider: Provider) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    error = ask(settings_for(provider, model_base_url=url), "hello")[-1]
    assert str(error).startswith("The model provider can't be reached. Check MODEL_BASE_URL")


def test_connecting_to_a_provider_has_a_time_limit(provider: Provider) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        with socket.create_connection(address):  # takes the only place in the queue
            url = f"http://127.0.0.1:{address[1]}/v1"
            settings = settings_for(provider, model_base_url=url, model_connect_seconds=0.2)
            (error,) = ask(settings, "hello")
    assert str(error).startswith("The model provider could not be reached within")


def test_leaving_closes_the_connection(provider: Provider) -> None:
    async def leave() -> None:
        model = Model(settings_for(provider, model_idle_seconds=60))
        async with aclosing(model.ask("", [user("stall")])) as answer:
            await anext(answer)
        await wait_until(lambda: provider.requests[-1].ended == "client left")
        await model.aclose()

    asyncio.run(leave())


def test_cancelling_closes_the_connection(provider: Provider) -> None:
    async def read(answer: AsyncGenerator[Piece]) -> None:
        async with aclosing(answer):
            async for _ in answer:
                pass

    async def cancel() -> None:
        model = Model(settings_for(provider, model_idle_seconds=60))
        before = len(provider.requests)
        reading = asyncio.create_task(read(model.ask("", [user("stall")])))
        await wait_until(lambda: len(provider.requests) > before)
        reading.cancel()
        await wait_until(lambda: provider.requests[-1].ended == "client left")
        await model.aclose()

    asyncio.run(cancel())


async def wait_until(holds: Callable[[], bool]) -> None:
    """Wait at most 10 seconds until something is true."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - the provider runs in another thread
            await asyncio.sleep(0.01)


def test_requests_to_this_machine_bypass_the_proxy(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert isinstance(ask(settings_for(provider), "hello")[-1], DoneEvent)


def test_other_providers_are_asked_through_the_proxy(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{provider.port}")
    for name in ("http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    settings = settings_for(provider, model_base_url="http://provider.example/v1")
    assert isinstance(ask(settings, "hello")[-1], DoneEvent)
    assert provider.requests[-1].path == "http://provider.example/v1/chat/completions"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "nonsense://proxy"])
def test_a_proxy_that_cannot_be_used_is_reported(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    monkeypatch.delenv("all_proxy", raising=False)
    (error,) = ask(settings_for(provider), "hello")
    assert str(error).startswith("The proxy in HTTP_PROXY, HTTPS_PROXY, or ALL_PROXY")


def test_the_log_has_the_reason_but_not_the_key(
    provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    ask(settings_for(provider), f"leak {KEY}", "401")
    assert "Incorrect API key provided" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("ollama.localhost", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("host.docker.internal", False),
        ("10.0.0.1", False),
    ],
)
def test_loopback_hosts_are_recognized(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("7", 7),
        ("1.5", 1.5),
        ("soon", None),
        ("-1", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    ],
)
def test_retry_after_is_read(value: str | None, expected: float | None) -> None:
    assert parse_retry_after(value) == expected
