"""Errors as RFC 9457 problem documents, whichever part of the app raises them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.web.methods import allowed_methods
from app.web.request_log import REQUEST_ID_HEADER, request_id


class FieldProblem(BaseModel):
    """What is wrong with one field of the request."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """A problem document: https://www.rfc-editor.org/rfc/rfc9457."""

    status: int
    title: str
    detail: str
    errors: list[FieldProblem] = []


class ProblemResponse(JSONResponse):
    """A response that carries a problem document."""

    media_type = "application/problem+json"


def problem(
    status: int,
    detail: str = "",
    errors: list[FieldProblem] | None = None,
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """Answer with a problem.

    Args:
        status: the HTTP status, 400 to 599.
        detail: a sentence for the user; by default a description of the status.
        errors: the fields at fault, if the request's body is not valid.
        headers: further response headers, such as `Retry-After`.

    Returns:
        The response; its title is the name of the status.
    """
    phrase = HTTPStatus(status)
    document = Problem(
        status=status,
        title=phrase.phrase,
        detail=detail or phrase.description or phrase.phrase,
        errors=errors or [],
    )
    return ProblemResponse(
        document.model_dump(exclude_defaults=True), status_code=status, headers=headers
    )


SENTENCES = {
    "missing": "The request has no {field}.",
    "string_too_short": "The {field} is too short: at least {min_length:,} characters.",
    "string_too_long": "The {field} is too long: at most {max_length:,} characters.",
    "too_short": "There are too few {field}: at least {min_length:,}.",
    "too_long": "There are too many {field}: at most {max_length:,}.",
    "json_invalid": "The body is not valid JSON.",
}
"""What users are told about pydantic's errors; other errors keep pydantic's message."""


def describe(error: dict[str, Any]) -> str:
    """Write a sentence for the user about a validation error.

    Args:
        error: one of `RequestValidationError.errors()`.

    Returns:
        The sentence.
    """
    context = error.get("ctx", {})
    field = str(error["loc"][-1]).replace("_", " ")
    if error["type"] == "value_error":
        return str(context["error"])  # a validator of the app has raised this sentence
    if error["type"] == "string_too_short" and context["min_length"] == 1:
        return f"The {field} is empty."
    if error["type"] in SENTENCES:
        return SENTENCES[error["type"]].format(field=field, **context)
    return f"The {field} is not valid: {error['msg']}."


def pointer(error: dict[str, Any]) -> str:
    """Point to the field of a validation error by RFC 6901.

    Args:
        error: one of `RequestValidationError.errors()`.

    Returns:
        The JSON pointer; empty for the whole body.
    """
    if error["type"] == "json_invalid":
        return ""  # pydantic gives the position in the text
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"][1:])
    return "".join(f"/{part}" for part in parts)


async def on_http_exception(request: Request, error: HTTPException) -> ProblemResponse:
    """Answer with what an `HTTPException` says; 405 names every method that the path allows."""
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(request.scope))
    return problem(error.status_code, str(error.detail), headers=headers)


async def on_invalid_request(_: Request, error: RequestValidationError) -> ProblemResponse:
    """Answer 422 with a sentence and a JSON pointer for each field at fault."""
    errors = [FieldProblem(pointer=pointer(e), detail=describe(e)) for e in error.errors()]
    return problem(422, "The request is not valid.", errors)


async def on_unexpected_error(_: Request, __: Exception) -> ProblemResponse:
    """Answer 500 and hide the cause, which the log has.

    Starlette sends this outside of all middleware, so the request's id is added here.
    """
    return problem(
        500, "Something went wrong on our side.", headers={REQUEST_ID_HEADER: request_id.get()}
    )


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request can't be answered."},
    "5XX": {"description": "The app can't answer."},
}
"""For the OpenAPI document: every route may answer with a problem. app/openapi.py adds its schema,
because a model given here would cost time at each start."""


def install(app: FastAPI) -> None:
    """Make an app answer every error with a problem document.

    Args:
        app: the app.
    """
    app.exception_handler(HTTPException)(on_http_exception)
    app.exception_handler(RequestValidationError)(on_invalid_request)
    app.exception_handler(Exception)(on_unexpected_error)
