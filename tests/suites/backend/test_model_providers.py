"""Responses that differ from OpenAI's, from providers' documentation and from real servers."""

import asyncio
import json
from typing import Any

import pytest

from app.chat import DoneEvent, Message, StatusEvent, Usage
from app.model.client import Model
from tests.conftest import Piece, ask, settings_for, text, user
from tests.provider import Provider

pytestmark = pytest.mark.usefixtures("_quick_model")

MODEL = "omni-moderation-latest"
STOP = '{"choices": [{"delta": {}, "finish_reason": "stop"}]}'

NAME = f"The model “{MODEL}” was not found. Check MODEL_NAME and MODEL_BASE_URL."
KEY = "The model provider does not accept the key. Check MODEL_API_KEY."
CREDIT = "The account at the model provider has no credit left. Add credit or change MODEL_API_KEY."
LONG = "The conversation is too long for the model. Start a new chat or shorten your message."
CUT = "The answer reached the model's limit on length. Ask it to continue."
FILTER = "The model provider's filter stopped this answer. Rephrase your message."
RATE = "The model provider is rate-limiting you. Try again in a moment."
OVERLOAD = "The model is overloaded or not available. Try again in a moment."
BROKEN = "The model's answer broke off. Try again."
EMPTY = "The model ended without an answer. Try again or rephrase your message."
REFUSED = "The model provider did not accept the request. The server's log has the reason."


def chunk(content: object = None, **choice: object) -> str:
    """Write an event with a piece of the answer."""
    return json.dumps({"choices": [{"delta": {"content": content}} | choice]})


def receive(provider: Provider, *events: str | None) -> list[Piece | Exception]:
    """Ask a provider whose answer has only these events."""
    settings = settings_for(provider, model_name=MODEL, model_idle_seconds=10)
    return ask(settings, f"stream {json.dumps(events)}")


@pytest.mark.parametrize(
    ("status", "error", "sentence"),
    [
        (400, {"error": {"message": f"Invalid model name passed in model={MODEL}"}}, NAME),
        (
            400,
            {"detail": f"{MODEL} is not a local folder and is not a valid model identifier"},
            NAME,
        ),
        (400, {"error": {"message": f"{MODEL} is not a valid model ID", "code": 400}}, NAME),
        (
            400,
            {"message": f"Invalid model: {MODEL}", "type": "invalid_model", "code": "1500"},
            NAME,
        ),
        (400, {"error": {"message": "Model Not Exist", "code": "invalid_request_error"}}, NAME),
        (400, {"errors": [{"message": f"No such model {MODEL} or task", "code": 5007}]}, NAME),
        (403, {"error": {"message": "No access.", "code": "model_not_found"}}, NAME),
        (404, {"error": {"message": f"The model `{MODEL}` does not exist", "code": 404}}, NAME),
        (400, {"error": {"message": f"{MODEL} does not support 'content_filter'."}}, REFUSED),
        (422, {"detail": [{"msg": "Field required", "input": "a flagged word"}]}, REFUSED),
        (400, "[{'msg': 'Field required', 'input': 'a flagged word'}]", REFUSED),
        (400, [{"error": {"message": "API key not valid. Please pass a valid API key."}}], KEY),
        (400, {"error": {"message": "No connected db.", "type": "no_db_connection"}}, KEY),
        (400, {"error": {"message": "Your credit balance is too low to access the API."}}, CREDIT),
        (400, {"error": {"message": "prompt is too long: 2 tokens > 1 maximum"}}, LONG),
        (400, [{"error": {"message": "The input token count (2) exceeds the maximum"}}], LONG),
        (400, {"error": {"type": "exceed_context_size_error", "code": 400}}, LONG),
        (413, {"error": {"message": "Request too large for model"}}, LONG),
        (500, {"error": {"metadata": {"raw": '{"code": "context_length_exceeded"}'}}}, LONG),
        (400, {"error": "Bad request"}, REFUSED),
        (400, "null", REFUSED),
        (200, {"error": "Too many requests"}, RATE),
        (200, [{"error": {"code": 503, "message": "Try later"}}], OVERLOAD),
    ],
)
def test_the_words_of_a_refusal_decide_its_meaning(
    provider: Provider, status: int, error: object, sentence: str
) -> None:
    body = error if isinstance(error, str) else json.dumps(error)
    settings = settings_for(provider, model_name=MODEL)
    assert str(ask(settings, f"respond {status} application/json {body}")[-1]) == sentence


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ({"code": "429", "message": "No."}, RATE),
        ({"code": "401", "message": "No."}, KEY),
        ({"code": 402}, CREDIT),
        ({"code": "rate_limit_exceeded"}, RATE),
        ({"code": 1302, "message": "No."}, OVERLOAD),
        ("The prompt was flagged", FILTER),
        ([{"message": "Bad", "status": 503}], OVERLOAD),
    ],
)
def test_an_error_in_the_stream_has_the_same_meaning(
    provider: Provider, error: object, sentence: str
) -> None:
    before = len(provider.requests)
    pieces = receive(provider, json.dumps({"error": error}))
    assert str(pieces[-1]) == sentence
    tried_again = sentence in {RATE, OVERLOAD}
    assert len(provider.requests) == before + 1 + tried_again


@pytest.mark.parametrize("event", ["Internal error", '{"message": "Internal error"}'])
def test_an_error_event_ends_the_answer(provider: Provider, event: str) -> None:
    assert str(receive(provider, chunk("One"), f"{event}\nevent: error")[-1]) == OVERLOAD


def test_a_timeout_names_its_setting(provider: Provider) -> None:
    error = ask(settings_for(provider, model_idle_seconds=1), 'stream ["stall"]')[-1]
    assert "sent nothing for 1 second" in str(error)
    assert "MODEL_IDLE_SECONDS" in str(error)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("max_tokens", CUT),
        ("MAX_TOKENS", CUT),
        ("model_length", CUT),
        ("SAFETY", FILTER),
        ("content_filter: SAFETY", FILTER),
        ("PROHIBITED_CONTENT", FILTER),
        ("error", BROKEN),
        ("abort", BROKEN),
        ("insufficient_system_resource", BROKEN),
        ("something new", BROKEN),
    ],
)
def test_only_a_known_ending_is_complete(provider: Provider, reason: str, sentence: str) -> None:
    pieces = receive(provider, chunk("One"), chunk(finish_reason=reason), "[DONE]")
    assert text(pieces) == "One"
    assert str(pieces[-1]) == sentence


@pytest.mark.parametrize("reason", ["stop", "STOP", "eos_token", "end_turn"])
def test_an_ending_has_more_than_one_name(provider: Provider, reason: str) -> None:
    assert isinstance(receive(provider, chunk("One", finish_reason=reason))[-1], DoneEvent)


@pytest.mark.parametrize(
    "event",
    [
        "", " ", "null", "7", "[]", "[DONE] ", '{"choices": null}', '{"choices": [null]}',
        '{"choices": 7}', '{"choices": [{"delta": 7, "finish_reason": 7}]}', '{"error": {}}',
        '{"error": ""}', '{"type": "ping"}\nevent: ping',
    ],
)  # fmt: skip
def test_an_event_that_says_nothing_is_ignored(provider: Provider, event: str) -> None:
    pieces = receive(provider, chunk("One"), event, *([] if "DONE" in event else [STOP]))
    assert pieces == ["One", DoneEvent()]


@pytest.mark.parametrize("tokens", [None, "11", float("nan"), float("inf"), []])
def test_a_wrong_number_of_tokens_is_ignored(provider: Provider, tokens: object) -> None:
    usage = json.dumps({"usage": {"prompt_tokens": tokens, "completion_tokens": 2.0}})
    assert receive(provider, chunk("One"), STOP, usage)[-1] == DoneEvent(
        usage=Usage(prompt_tokens=0, completion_tokens=2)
    )


@pytest.mark.parametrize("media_type", ["text/plain", "application/octet-stream"])
def test_a_stream_may_have_another_content_type(provider: Provider, media_type: str) -> None:
    body = f"data: {chunk('One', finish_reason='stop')}\n\n: the end"
    assert text(ask(settings_for(provider), f"respond 200 {media_type} {body}")) == "One"


def test_an_answer_that_is_not_streamed_is_shown(provider: Provider) -> None:
    body = json.dumps({"choices": [{"message": {"content": "One"}, "finish_reason": "stop"}]})
    pieces = ask(settings_for(provider), f"respond 200 application/json {body}")
    assert pieces == ["One", DoneEvent()]


def test_other_json_is_not_an_answer(provider: Provider) -> None:
    error = ask(settings_for(provider), 'respond 200 application/json {"status": "ok"}')[-1]
    assert str(error).startswith("MODEL_BASE_URL does not lead to an OpenAI-compatible API.")


def test_usage_is_not_requested_again_after_a_provider_rejects_the_option(
    provider: Provider,
) -> None:
    before = len(provider.requests)
    pieces = ask(settings_for(provider), "no options", "no options")
    assert [type(piece) for piece in pieces if not isinstance(piece, str)] == [DoneEvent] * 2
    asked = ["stream_options" in request.body for request in provider.requests[before:]]
    assert asked == [True, False, False]


@pytest.mark.parametrize("end", [None, "stall"])
def test_an_answer_is_complete_once_the_model_has_stopped(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, end: str | None
) -> None:
    monkeypatch.setattr("app.model.client.END_SECONDS", 0.1)
    assert receive(provider, chunk("One"), STOP, end) == ["One", DoneEvent()]


def test_text_after_an_ending_is_kept(provider: Provider) -> None:
    events = [chunk(word, finish_reason="STOP") for word in ("One ", "two ", "three")]
    assert text(receive(provider, *events)) == "One two three"


@pytest.mark.parametrize(
    "delta",
    [
        {"refusal": "I can't."},
        {"content": [{"type": "text", "text": "I "}, {"type": "text", "text": "can't."}]},
        {"content": [{"type": "thinking", "thinking": []}, "I can't."]},
    ],
)
def test_text_comes_in_more_than_one_format(provider: Provider, delta: dict[str, Any]) -> None:
    assert text(receive(provider, chunk(delta=delta), STOP)) == "I can't."
    assert (
        text(receive(provider, json.dumps({"choices": [{"message": delta}]}), STOP)) == "I can't."
    )


@pytest.mark.parametrize(
    "events",
    [
        ["[DONE]"],
        [chunk(delta={"reasoning": "Hm."}), STOP],
        [chunk("<think>Hm."), STOP],
        [chunk(" \n"), STOP],
    ],
)
def test_an_answer_without_text_is_an_error(provider: Provider, events: list[str]) -> None:
    assert str(receive(provider, *events)[-1]) == EMPTY


@pytest.mark.parametrize(
    "events",
    [
        [chunk(delta={"reasoning_content": "Hm."}), chunk(delta={"reasoning_content": "Aha."})],
        [chunk(delta={"reasoning": "Hm."})],
        [chunk([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}])],
        [chunk("<think>Hm."), chunk("</think>")],
        [chunk(letter) for letter in "\n<think>\nHm. <b>\n</think>\n\n"],
    ],
)
def test_reasoning_is_a_status(provider: Provider, events: list[str]) -> None:
    pieces = receive(provider, *events, chunk("One "), chunk("<b>"), STOP)
    assert pieces == [StatusEvent(text="Thinking…"), "One ", "<b>", DoneEvent()]


@pytest.mark.parametrize("answer", ["<b>One</b>", "  One", "One <think>two</think>", "<", "<thi"])
def test_other_tags_are_text(provider: Provider, answer: str) -> None:
    assert text(receive(provider, *map(chunk, answer), STOP)).strip() == answer.strip()


def test_turns_alternate_around_an_answer_without_text(provider: Provider) -> None:
    async def converse() -> None:
        model = Model(settings_for(provider))
        empty = Message(role="assistant", content="")
        async for _ in model.ask("", [user("One"), empty, user("Two")]):
            pass
        await model.aclose()

    asyncio.run(converse())
    assert provider.requests[-1].body["messages"][1:] == [{"role": "user", "content": "One\n\nTwo"}]


def test_the_query_of_the_base_url_stays_at_the_end(provider: Provider) -> None:
    ask(settings_for(provider, model_base_url=f"{provider.url}/?api-version=1"), "hello")
    assert provider.requests[-1].path == "/v1/chat/completions?api-version=1"
