"""The other endpoints, and what holds for every endpoint: HEAD, 404, 405, 500."""

from collections.abc import AsyncGenerator, Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app import __version__
from app.chat.events import ErrorEvent
from app.server.platform import Platform, get_platform
from app.settings import Settings
from app.web.sse import Event, EventStream
from tests.conftest import serve


def test_health(client: TestClient) -> None:
    response = client.get("/api/health")
    assert response.json() == {"status": "ok"}
    assert response.headers["cache-control"] == "no-store"


def test_env_tells_what_is_set_but_no_value(
    client: TestClient, configure: Callable[[Settings], None]
) -> None:
    configure(Settings(model_api_key=SecretStr("sk-very-secret"), model_name="a-model"))
    response = client.get("/env")
    report = response.json()
    assert report["version"] == __version__
    assert report["settings"].keys() == {name.upper() for name in Settings.model_fields}
    assert [name for name, is_set in report["settings"].items() if is_set] == [
        "MODEL_API_KEY",
        "MODEL_NAME",
    ]
    assert report["model"] == "a-model"
    assert "sk-very-secret" not in response.text


def test_env_tells_that_no_model_is_configured(client: TestClient) -> None:
    assert client.get("/env").json()["model"] is None


def test_env_tells_where_it_runs(app: FastAPI, client: TestClient) -> None:
    where = {"CLOUDFLARE_REGION": "WEUR", "CLOUDFLARE_DURABLE_OBJECT_ID": "abc"}
    platform = Platform.model_validate({"layout": "cloudflare", **where})
    app.dependency_overrides[get_platform] = lambda: platform
    report = client.get("/env").json()
    assert (report["layout"], report["region"], report["instance"]) == ("cloudflare", "WEUR", "abc")


@pytest.mark.parametrize("path", ["/api/missing", "/api", "/api/", "/api/health/", "/env/", "/x"])
def test_a_missing_path_is_a_problem_and_no_redirect(client: TestClient, path: str) -> None:
    response = client.get(path, follow_redirects=False)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {"status": 404, "title": "Not Found", "detail": "Not Found"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/env", "GET, HEAD"),
        ("DELETE", "/api/health", "GET, HEAD"),
        ("GET", "/stream", "POST"),
        ("HEAD", "/stream", "POST"),
        ("PUT", "/api/notes", "GET, HEAD, POST"),
    ],
)
def test_a_wrong_method_is_a_problem_that_lists_the_right_ones(
    app: FastAPI, client: TestClient, method: str, path: str, allowed: str
) -> None:
    @app.get("/api/notes")
    @app.post("/api/notes")
    async def notes() -> None: ...

    response = client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/env", "/api/health", "/api/notes/7", "/api/openapi.json"])
def test_every_get_endpoint_answers_head(app: FastAPI, client: TestClient, path: str) -> None:
    @app.get("/api/notes/{number}")
    async def notes(number: int) -> list[int]:
        return [number]

    got, head = client.get(path), client.head(path)
    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    del got.headers["x-request-id"], head.headers["x-request-id"]
    assert head.headers == got.headers


def test_an_endpoint_of_its_own_for_head_takes_precedence(app: FastAPI, client: TestClient) -> None:
    @app.get("/api/notes")
    async def notes() -> None: ...

    @app.head("/api/notes", status_code=204)
    async def no_notes() -> None: ...

    assert client.head("/api/notes").status_code == 204


def test_head_of_a_stream_ends_at_once(app: FastAPI) -> None:
    async def endless() -> AsyncGenerator[Event]:
        while True:
            yield Event(event="tick")

    @app.get("/api/ticks", response_class=EventStream)
    async def ticks() -> EventStream:
        return EventStream(endless(), failure=ErrorEvent(detail=""), heartbeat_seconds=15)

    with serve(app) as client:
        for _ in range(2):  # the connection is still usable afterwards
            response = client.head("/api/ticks", timeout=2)
            assert response.headers["content-type"].startswith("text/event-stream")


def test_an_unexpected_error_is_a_problem_that_tells_nothing_but_its_id(
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


def test_a_field_is_named_as_json_pointers_are_written(app: FastAPI, client: TestClient) -> None:
    @app.post("/api/numbers")
    async def numbers(body: dict[str, int]) -> None: ...

    headers = {"Content-Type": "application/json"}
    body = b'{"a/b~c": "x", "\\ud83d": "y"}'
    errors = client.post("/api/numbers", content=body, headers=headers).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/a~1b~0c", "/\ufffd\ufffd\ufffd"]
