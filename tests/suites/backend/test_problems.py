"""Behavior of every endpoint: HEAD, 404, 405, 422, 500, and the settings of a test."""

from collections.abc import AsyncGenerator

import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.testclient import TestClient

from app.chat import ErrorEvent
from app.main import create_app
from app.settings import Settings
from app.web.sse import Event, EventStream
from tests.conftest import serve


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/env", "GET, HEAD"),
        ("DELETE", "/api/health", "GET, HEAD"),
        ("GET", "/stream", "POST"),
        ("HEAD", "/stream", "POST"),
        ("PUT", "/api/notes-x", "GET, HEAD, POST"),
    ],
)
def test_a_wrong_method_is_a_problem_that_lists_the_right_ones(
    app: FastAPI, client: TestClient, method: str, path: str, allowed: str
) -> None:
    @app.get("/api/notes-x")
    @app.post("/api/notes-x")
    async def notes() -> None: ...

    response = client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/env", "/api/health", "/api/notes-x/7", "/api/openapi.json"])
def test_every_get_endpoint_answers_head(app: FastAPI, client: TestClient, path: str) -> None:
    @app.get("/api/notes-x/{number}")
    async def notes(number: int) -> list[int]:
        return [number]

    got, head = client.get(path), client.head(path)
    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    assert set(head.headers.items()) - set(got.headers.items()) == {
        ("connection", "close"), ("x-request-id", head.headers["x-request-id"])
    }  # fmt: skip
    assert set(got.headers) <= set(head.headers)


def test_an_endpoint_for_head_takes_precedence(app: FastAPI, client: TestClient) -> None:
    @app.get("/api/notes-x")
    async def notes() -> None: ...

    @app.head("/api/notes-x", status_code=204)
    async def no_notes() -> None: ...

    assert client.head("/api/notes-x").status_code == 204


def test_head_of_a_stream_ends_at_once(app: FastAPI) -> None:
    async def endless() -> AsyncGenerator[Event]:
        while True:
            yield Event(event="tick")

    @app.get("/api/ticks", response_class=EventStream)
    async def ticks() -> EventStream:
        return EventStream(endless(), failure=ErrorEvent(detail=""), heartbeat_seconds=15)

    with serve(app) as client:
        for _ in range(2):  # the connection is still usable afterwards
            response = client.head("/api/ticks")
            assert response.headers["content-type"].startswith("text/event-stream")


def test_an_unexpected_error_is_a_problem_that_reveals_only_its_id(
    app: FastAPI, client: TestClient
) -> None:
    @app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("the database's password")

    response = client.get("/api/broken", headers={"X-Request-ID": "edge-0123456789"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == "edge-0123456789"
    assert "password" not in response.text


def test_a_field_is_named_with_a_json_pointer(app: FastAPI, client: TestClient) -> None:
    @app.post("/api/numbers")
    async def numbers(body: dict[str, int]) -> None: ...

    headers = {"Content-Type": "application/json"}
    body = b'{"a/b~c": "x", "\\ud83d": "y"}'
    errors = client.post("/api/numbers", content=body, headers=headers).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/a~1b~0c", "/\ufffd\ufffd\ufffd"]


@pytest.mark.parametrize(
    ("error", "body"),
    [
        (HTTPException(499), {"title": "Status 499", "detail": "Status 499"}),
        (HTTPException(520, "Odd."), {"title": "Status 520", "detail": "Odd."}),
        (
            HTTPException(402, {"code": "quota"}),
            {
                "title": "Payment Required",
                "detail": "No payment -- see charging schemes",
                "data": {"code": "quota"},
            },
        ),
    ],
)
def test_an_http_exception_may_have_any_status_and_any_detail(
    app: FastAPI, client: TestClient, error: HTTPException, body: dict[str, object]
) -> None:
    @app.get("/api/odd-x")
    async def odd() -> None:
        raise error

    response = client.get("/api/odd-x")
    assert response.json() == {"status": error.status_code, **body}
    assert response.status_code == error.status_code


def test_the_settings_of_a_test_reach_lifespan_and_endpoints() -> None:
    settings = Settings(model_name="a-model")
    app = create_app(settings)

    @app.get("/api/model-x")
    async def model_name(request: Request) -> bool:
        return request.state.model is not None

    with TestClient(app) as client:
        assert client.get("/api/model-x").json() is True
        assert client.get("/env").json()["model"] == "a-model"
