"""The other endpoints: `/api/health`, `/env` with its settings, and paths that don't exist."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import __version__
from app.server.platform import Platform, get_platform
from app.settings import Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_health(client: TestClient) -> None:
    response = client.get("/api/health")
    assert response.json() == {"status": "ok"}
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.settings(model_api_key="sk-very-secret", model_name="a-model")
def test_env_reports_which_settings_are_set_but_no_value(client: TestClient) -> None:
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


def test_env_reports_that_no_model_is_configured(client: TestClient) -> None:
    assert client.get("/env").json()["model"] is None


def test_env_example_lists_every_setting_with_its_default() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    assignments = {
        name.removeprefix("#").strip(): value
        for name, equals, value in (line.partition("=") for line in lines)
        if equals
    }
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None or field.is_required() else str(field.default)
        assert assignments.get(name.upper()) == default.replace("True", "true"), name


def test_env_reports_where_it_runs(app: FastAPI, client: TestClient) -> None:
    where = {"CLOUDFLARE_REGION": "WEUR", "CLOUDFLARE_DURABLE_OBJECT_ID": "abc"}
    platform = Platform.model_validate({"layout": "cloudflare", **where})
    app.dependency_overrides[get_platform] = lambda: platform
    report = client.get("/env").json()
    assert (report["layout"], report["region"], report["instance"]) == ("cloudflare", "WEUR", "abc")


@pytest.mark.parametrize("path", ["/api/missing-x", "/api", "/api/", "/api/health/", "/missing-x"])
def test_a_missing_path_gets_a_problem_and_not_a_redirect(client: TestClient, path: str) -> None:
    response = client.get(path, follow_redirects=False)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {"status": 404, "title": "Not Found", "detail": "Not Found"}
