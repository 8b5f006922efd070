"""The other endpoints, the problem documents, the settings and the OpenAPI document."""

import json
import logging

import pytest
from fastapi.testclient import TestClient

from app import __main__ as command
from app import __version__
from app.main import create_app
from app.openapi import document
from app.request_log import request_id


def test_health(client: TestClient) -> None:
    response = client.get("/api/health")
    assert response.json() == {"status": "ok"}
    assert response.headers["cache-control"] == "no-store"


def test_env_tells_what_is_set_but_no_value(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_API_KEY", "sk-very-secret")
    response = client.get("/env")
    report = response.json()
    assert report["version"] == __version__
    assert report["settings"]["MODEL_API_KEY"] is True
    assert report["settings"]["HEARTBEAT_SECONDS"] is False
    assert "sk-very-secret" not in response.text


def test_env_tells_where_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYOUT", "cloudflare")
    monkeypatch.setenv("CLOUDFLARE_REGION", "WEUR")
    monkeypatch.setenv("CLOUDFLARE_DURABLE_OBJECT_ID", "abc")
    report = TestClient(create_app()).get("/env").json()
    assert (report["layout"], report["region"], report["instance"]) == ("cloudflare", "WEUR", "abc")


def test_a_missing_path_is_a_problem(client: TestClient) -> None:
    response = client.get("/api/missing")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {"status": 404, "title": "Not Found", "detail": "Not Found"}


def test_an_unexpected_error_is_a_problem_that_tells_nothing() -> None:
    app = create_app()

    @app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("the database's password")

    response = TestClient(app, raise_server_exceptions=False).get("/api/broken")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "password" not in response.text


def test_the_documentation_is_there_in_development_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYOUT", "monolith")
    assert TestClient(create_app()).get("/api/openapi.json").status_code == 404


def test_the_openapi_document_types_events_and_problems(client: TestClient) -> None:
    responses = document(create_app())["paths"]["/stream"]["post"]["responses"]
    assert responses["200"]["content"] == {
        "text/event-stream": {"schema": {"$ref": "#/components/schemas/StreamEvent"}}
    }
    assert responses["4XX"]["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    schemas = client.get("/api/openapi.json").json()["components"]["schemas"]
    assert schemas["StreamEvent"]["discriminator"]["propertyName"] == "event"


def test_a_request_keeps_the_proxys_id_where_it_is_well_formed(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    kept = client.get("/api/health", headers={"X-Request-Id": "edge-0123456789"})
    made = client.get("/api/health", headers={"X-Request-Id": "bad id\twith blanks"})
    assert kept.headers["x-request-id"] == "edge-0123456789"
    assert len(made.headers["x-request-id"]) == 32
    assert "GET /api/health 200" in caplog.text
    assert request_id.get() == "-"


def test_a_failure_is_logged_where_a_proxy_logs_the_other_requests(
    caplog: pytest.LogCaptureFixture,
) -> None:
    levels = command.logging_config(access_log=False)["loggers"]
    caplog.set_level(levels["app.requests"]["level"], "app.requests")
    app = create_app()

    @app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError

    client = TestClient(app, raise_server_exceptions=False)
    client.get("/api/health")
    client.get("/api/broken")
    lines = [line.getMessage() for line in caplog.records if line.name == "app.requests"]
    assert [line.rpartition(" 500 ")[0] for line in lines] == ["GET /api/broken"]


@pytest.mark.parametrize(
    ("name", "value"), [("BACKEND_PORT", ""), ("BACKEND_PORT", "high"), ("HEARTBEAT_SECONDS", "0")]
)
def test_a_bad_setting_is_named_and_nothing_starts(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BACKEND_PORT", "1234")
    monkeypatch.setenv(name, value)
    assert command.main() == 2
    error = capsys.readouterr().err
    assert error.startswith(f"{name}: ")
    assert len(error.splitlines()) == 1


def test_the_types_come_from_a_document_that_is_json() -> None:
    assert json.loads(json.dumps(document(create_app())))["info"]["version"] == __version__
