"""Rules for every response, so that it doesn't break a connection that clients share."""

import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Response
from fastapi.responses import JSONResponse, StreamingResponse

from tests.conftest import serve


@pytest.fixture
def shared(app: FastAPI) -> Iterator[httpx2.Client]:
    """A client of the served app, with one connection for all requests."""
    with serve(app) as client:
        yield client


def connection(response: httpx2.Response) -> Any:  # noqa: ANN401 - a tuple of unknown length
    """Identify the connection of a response."""
    return response.extensions["network_stream"].get_extra_info("client_addr")


def raise_exception(status: int) -> JSONResponse:
    raise HTTPException(status)


def respond_with_json(status: int) -> JSONResponse:
    return JSONResponse({"a": "body"}, status)


def stream_bytes(status: int) -> StreamingResponse:
    return StreamingResponse(iter([b"a", b"body"]), status)


@pytest.mark.parametrize("respond", [raise_exception, respond_with_json, stream_bytes])
@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_a_body_has_none(
    app: FastAPI, shared: httpx2.Client, respond: Callable[[int], Any], status: int
) -> None:
    @app.get("/api/bodiless-x", response_model=None)
    async def endpoint() -> Any:  # noqa: ANN401
        return respond(status)

    first = shared.get("/api/bodiless-x")
    second = shared.get("/api/health")
    assert (first.status_code, first.content) == (status, b"")
    assert first.headers.get("content-length", "0") == "0"
    assert first.headers["connection"] == "close"
    assert second.json() == {"status": "ok"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_empty_response_closes_its_connection(
    app: FastAPI, shared: httpx2.Client, method: str
) -> None:
    @app.get("/api/empty-x")
    async def endpoint() -> Response:
        return Response()

    assert shared.request(method, "/api/empty-x").headers["connection"] == "close"
    assert "connection" not in shared.get("/api/health").headers


def test_an_informational_status_is_an_error_in_the_app(
    app: FastAPI, shared: httpx2.Client
) -> None:
    @app.get("/api/early-x")
    async def endpoint() -> None:
        raise HTTPException(103)

    assert shared.get("/api/early-x").status_code == 500


def fail_in_the_background(tasks: BackgroundTasks) -> None:
    def fail() -> None:
        raise RuntimeError("in the background")

    tasks.add_task(fail)


async def fail_at_the_end() -> AsyncGenerator[None]:
    yield
    raise RuntimeError("at the end")


def fail_at_once() -> None:
    raise RuntimeError("at once")


@pytest.mark.parametrize(
    ("dependency", "status"),
    [(fail_in_the_background, 200), (fail_at_the_end, 200), (fail_at_once, 500)],
)
def test_an_exception_is_logged_with_its_request_and_leaves_the_connection_open(
    app: FastAPI,
    shared: httpx2.Client,
    caplog: pytest.LogCaptureFixture,
    dependency: Callable[..., None],
    status: int,
) -> None:
    @app.get("/api/failing-x")
    async def endpoint(_: Annotated[None, Depends(dependency)]) -> None: ...

    first = shared.get("/api/failing-x")
    deadline = time.monotonic() + 5
    while "The request failed" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    second = shared.get("/api/health")
    assert (first.status_code, second.status_code) == (status, 200)
    assert connection(first) == connection(second)
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info


def test_an_exception_in_the_middle_of_a_response_cuts_it(
    app: FastAPI, shared: httpx2.Client
) -> None:
    async def body() -> AsyncGenerator[bytes]:
        yield b"a part"
        raise RuntimeError

    @app.get("/api/cut-x", response_class=StreamingResponse)
    async def endpoint() -> StreamingResponse:
        return StreamingResponse(body())

    with pytest.raises(httpx2.RemoteProtocolError):
        shared.get("/api/cut-x")
