"""What a provider's refusal means: providers don't agree on a format or on a status."""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus

from app.model.chunks import as_dict

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
