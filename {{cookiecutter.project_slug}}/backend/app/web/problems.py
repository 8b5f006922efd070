"""Errors as RFC 9457 problem documents, whichever part of the app raises them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.web.middleware import BODILESS_STATUSES, allowed_methods


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
    data: Any = Field(default=None, description="The detail of an HTTPException that isn't text.")


class ProblemResponse(JSONResponse):
    """A response with a problem document."""

    media_type = "application/problem+json"


def problem(
    status: int,
    detail: str = "",
    *,
    errors: list[FieldProblem] | None = None,
    data: object = None,
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """Build a response with a problem document, whose title is the name of the status.

    The detail is a sentence for the user, by default a description of the status. `errors` are the
    invalid fields of the request's body, and `data` is anything else for programs.
    """
    known = next((one for one in HTTPStatus if one == status), None)
    title = known.phrase if known else f"Status {status}"
    document = Problem(
        status=status,
        title=title,
        detail=detail or (known and known.description) or title,
        errors=errors or [],
        data=data,
    )
    return ProblemResponse(document.model_dump(mode="json", exclude_defaults=True), status, headers)


SENTENCES = {
    "missing": "The request has no {field}.",
    "string_too_short": "The {field} is too short: at least {min_length:,} characters.",
    "string_too_long": "The {field} is too long: at most {max_length:,} characters.",
    "too_short": "There are too few {field}: at least {min_length:,}.",
    "too_long": "There are too many {field}: at most {max_length:,}.",
    "json_invalid": "The body is not valid JSON.",
}
"""Sentences for pydantic's errors; other errors keep pydantic's message."""


def describe(error: dict[str, Any]) -> str:
    """Write a sentence for the user about one of `RequestValidationError.errors()`."""
    context = error.get("ctx", {})
    field = str(error["loc"][-1]).replace("_", " ")
    if error["type"] == "value_error":
        return str(context["error"])  # the sentence of a validator
    if error["type"] == "string_too_short" and context["min_length"] == 1:
        return f"The {field} is empty."
    if error["type"] in SENTENCES:
        return SENTENCES[error["type"]].format(field=field, **context)
    return f"The {field} is not valid: {error['msg']}."


def pointer(error: dict[str, Any]) -> str:
    """Write the JSON pointer (RFC 6901) to the field of an error; empty for the whole body."""
    if error["type"] == "json_invalid":
        return ""  # pydantic gives the position in the text
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"][1:])
    return "".join(f"/{part}" for part in parts)


async def on_http_exception(request: Request, error: HTTPException) -> Response:
    """Answer with what an `HTTPException` says; 405 names every method that the path allows."""
    headers = dict(error.headers or {})
    if error.status_code in BODILESS_STATUSES:
        return Response(status_code=error.status_code, headers=headers)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(request.scope))
    detail: object = error.detail  # FastAPI's own `HTTPException` takes more than text
    if isinstance(detail, str):
        return problem(error.status_code, detail, headers=headers)
    return problem(error.status_code, data=detail, headers=headers)


async def on_invalid_request(_: Request, error: RequestValidationError) -> Response:
    """Answer 422 with a sentence and a JSON pointer for each invalid field."""
    errors = [FieldProblem(pointer=pointer(e), detail=describe(e)) for e in error.errors()]
    return problem(422, "The request is not valid.", errors=errors)


async def on_unexpected_error(_: Request, __: Exception) -> Response:
    """Answer 500 without the cause, which is in the log."""
    return problem(500, "Something went wrong on our side.")


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request can't be answered."},
    "5XX": {"description": "The app can't answer."},
}
"""For the OpenAPI document: every route may answer with a problem. web/openapi.py adds its schema,
because a model given here would cost time at each start."""


def install(app: FastAPI) -> None:
    """Make an app answer every error with a problem document."""
    app.exception_handler(HTTPException)(on_http_exception)
    app.exception_handler(RequestValidationError)(on_invalid_request)
    app.exception_handler(Exception)(on_unexpected_error)
