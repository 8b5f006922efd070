"""The failures of a model, as sentences that say what to do.

Providers agree neither on a format nor on statuses, so their own words come before the status.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx2

from app.chat import AnswerError
from app.model.chunks import as_dict
from app.settings import Settings

RETRY_SECONDS = 0.5
"""How long to wait before the second attempt if the provider doesn't say."""

OVERLOADED = "The model is overloaded or not available. Try again in a moment."
REFUSED = "The model provider did not accept the request. The server's log has the reason."
FILTERED = "The model provider's filter stopped this answer. Rephrase your message."

SENTENCES: dict[int, str] = {
    401: "The model provider {key} MODEL_API_KEY.",
    402: (
        "The account at the model provider has no credit left. Add credit or change MODEL_API_KEY."
    ),
    403: "The model provider {key} MODEL_API_KEY.",
    404: "The model “{model}” was not found. Check MODEL_NAME and MODEL_BASE_URL.",
    413: "The conversation is too long for the model. Start a new chat or shorten your message.",
    429: "The model provider is rate-limiting you. Try again {wait}.",
    451: FILTERED,
}
"""What the statuses mean that `find_status` returns; 500 and above are `OVERLOADED`."""

WORDS = {
    "code", "detail", "details", "error", "errors", "innererror", "message", "metadata", "msg",
    "raw", "reason", "status", "type",
}  # fmt: skip
"""The fields that contain a provider's own words. Others repeat the request."""

NUMBERS = ("code", "status", "status_code")
"""The fields that may contain an HTTP status."""

ECHO = re.compile(r"""(["'])input\1: .*|(?<!\w)([`"'])\S*?\2(?!\w)""", re.DOTALL)
"""Text that an error repeats: the input that a validator rejected, and quoted names."""

MEANINGS = {
    r"context.?(length|size|window|limit)|(prompt|request) (is )?too l|reduce the length"
    r"|input token count|maximum number of tokens": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    r"content.?(filter|policy|management)|flagged|moderation|safety"
    r"|prohibited.content": HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
    r"insufficient.(quota|balance|credit|funds)|credit balance|budget.(has been )?exceeded"
    r"|billing_error": HTTPStatus.PAYMENT_REQUIRED,
    r"(invalid|unexpected|no such).model|not a valid model|deployment ?not ?found"
    r"|model_not_found|model\W.{0,40}?not (exist|found)": HTTPStatus.NOT_FOUND,
    r"(invalid|incorrect).{0,9}api.?key|api.?key.{0,9}(not valid|invalid|expired)"
    r"|authentication_error|no_db_connection": HTTPStatus.UNAUTHORIZED,
    r"rate.?limit|resource.exhausted|too many requests": HTTPStatus.TOO_MANY_REQUESTS,
}
"""The status that a provider's words stand for, regardless of the one that it sends."""

COMPLETE = {
    "stop", "end", "end_turn", "eos", "eos_token", "stop_sequence", "complete", "completed",
    "tool_calls", "function_call",
}  # fmt: skip
CUT = {
    "length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded",
}  # fmt: skip
BLOCKED = re.compile(r"filter|safety|prohibited|blocklist|recitation|refusal|sensitive")
"""Why models stop, in the words of all providers. Any other word is a failure."""


class ModelError(AnswerError):
    """A failure of the model or its provider.

    Attributes:
        reason: what happened, for the log.
        retry_after: the seconds after which a second attempt may succeed; None if it can't.
    """

    def __init__(self, detail: str, reason: str = "", retry_after: float | None = None) -> None:
        """Describe the failure in a sentence for the user that says what to do."""
        super().__init__(detail)
        self.reason = reason or detail
        self.retry_after = retry_after


def from_status(
    status: int | None, body: str, settings: Settings, retry_after: float | None = None
) -> ModelError:
    """Explain a refusal, or an error in the stream, which has no HTTP status."""
    meaning = find_status(body, status, settings.model_name)
    overloaded = meaning >= HTTPStatus.INTERNAL_SERVER_ERROR
    temporary = overloaded or meaning == HTTPStatus.TOO_MANY_REQUESTS
    sentence = OVERLOADED if overloaded else SENTENCES.get(meaning, REFUSED)
    key = "does not accept the key. Check" if settings.model_api_key else "asks for a key. Set"
    wait = "in a moment" if retry_after is None else f"in {seconds(retry_after)}"
    return ModelError(
        sentence.format(key=key, model=settings.model_name, wait=wait),
        f"status {status or meaning}: {body}",
        (RETRY_SECONDS if retry_after is None else retry_after) if temporary else None,
    )


def find_status(body: str, status: int | None, model: str | None) -> int:
    """Find out what a refusal means, ignoring the model's name in it.

    401 is about the key, 402 about credit, 404 about the model's name, 413 about a conversation
    that is too long, and 451 about a filter. Other statuses mean what they mean in HTTP.
    """
    error = load(body)
    words = "\n".join(ECHO.sub(" ", text.replace(model or "", " ")) for text in find_words(error))
    for pattern, meaning in MEANINGS.items():
        if re.search(pattern, words, re.IGNORECASE):
            return meaning
    return status or find_number(error) or HTTPStatus.BAD_GATEWAY


def load(text: str) -> object:
    """Read JSON; text that isn't JSON stays text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def find_words(error: object) -> Iterator[str]:
    """Find the provider's own words in an error, however deep they are."""
    match error:
        case str() if isinstance(inner := load(error), dict | list):  # another provider's error
            yield from find_words(inner)
        case str():
            yield error
        case list():
            for item in error:
                yield from find_words(item)
        case dict():
            for name in WORDS & error.keys():
                yield from find_words(error[name])


def find_number(error: object) -> int | None:
    """Find an HTTP status in an error, which may be written as text."""
    fields = as_dict(error)
    inner = as_dict(fields.get("error"))
    numbers = [str(place.get(name)) for place in (inner, fields) for name in NUMBERS]
    return next((int(text) for text in numbers if re.fullmatch(r"[45]\d\d", text)), None)


def from_exception(error: httpx2.HTTPError, settings: Settings) -> ModelError:
    """Explain a failed connection."""
    match error:
        case httpx2.ConnectTimeout():
            sentence = (
                "The model provider could not be reached within "
                f"{seconds(settings.model_connect_seconds)}. Check MODEL_BASE_URL and the network."
            )
        case httpx2.TimeoutException():
            sentence = (
                f"The model sent nothing for {seconds(settings.model_idle_seconds)}. Try again, or "
                "increase MODEL_IDLE_SECONDS if the model is slow."
            )
        case httpx2.ProxyError():
            sentence = (
                "The proxy refused to connect to the model provider. "
                "Check HTTPS_PROXY and NO_PROXY."
            )
        case httpx2.ConnectError():
            sentence = "The model provider can't be reached. Check MODEL_BASE_URL and the network."
        case _:
            return broken_off(f"{type(error).__name__}: {error}")
    wait = RETRY_SECONDS if isinstance(error, httpx2.ConnectError) else None
    return ModelError(sentence, f"{type(error).__name__}: {error}", wait)


def broken_off(reason: str) -> ModelError:
    """Explain an answer that ends before it is complete."""
    return ModelError("The model's answer broke off. Try again.", reason, RETRY_SECONDS)


def check_end(reason: str | None, *, done: bool) -> None:
    """Raise the error that an ending means, unless the answer is complete.

    `done` is whether the provider marked the end of the stream.
    """
    ending = (reason or "").lower()
    if ending in COMPLETE or (done and not ending):
        return
    log = f"finish_reason {reason}"
    if ending in CUT:
        raise ModelError("The answer reached the model's limit on length. Ask it to continue.", log)
    if BLOCKED.search(ending):
        raise ModelError(FILTERED, log)
    raise broken_off(log)


def unreadable(data: str) -> ModelError:
    """Explain an event that is not a chunk of a completion."""
    return ModelError("The model's answer could not be read. Try again.", f"malformed: {data}")


def parse_retry_after(value: str | None) -> float | None:
    """Read a `Retry-After` header, which contains seconds or a date; None if it's malformed."""
    if value is None:
        return None
    try:
        if re.fullmatch(r"\d+(\.\d+)?", value):
            return float(value)
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def seconds(number: float) -> str:
    """Write a duration, as in `1 second` or `30 seconds`."""
    rounded = max(1, round(number))
    return f"{rounded} second" if rounded == 1 else f"{rounded:,} seconds"
