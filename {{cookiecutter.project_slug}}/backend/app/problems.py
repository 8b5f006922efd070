"""Errors as RFC 9457 problem documents, whichever part of the app raised them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException


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
        detail: a sentence for the user; the status's own phrase unless given.
        errors: the fields at fault, where the request body is.
        headers: further response headers, such as `Retry-After`.

    Returns:
        The response, its title taken from the status.
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


async def on_http_exception(_: Request, error: HTTPException) -> ProblemResponse:
    """Answer with what an `HTTPException` says."""
    return problem(error.status_code, str(error.detail), headers=error.headers)


async def on_invalid_request(_: Request, error: RequestValidationError) -> ProblemResponse:
    """Answer 422, naming each field at fault by its JSON pointer (RFC 6901)."""
    errors = [
        FieldProblem(pointer="".join(f"/{part}" for part in e["loc"][1:]), detail=e["msg"])
        for e in error.errors()
    ]
    return problem(422, "The request does not have the form that is expected.", errors)


async def on_unexpected_error(_: Request, __: Exception) -> ProblemResponse:
    """Answer 500 and say nothing of the cause; the server's log has it."""
    return problem(500, "Something went wrong on our side.")


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request can't be answered."},
    "5XX": {"description": "The app can't answer."},
}
"""For the OpenAPI document: every route may answer with a problem. app/openapi.py adds its form."""


def install(app: FastAPI) -> None:
    """Make an app answer every error with a problem document."""
    app.exception_handler(HTTPException)(on_http_exception)
    app.exception_handler(RequestValidationError)(on_invalid_request)
    app.exception_handler(Exception)(on_unexpected_error)
