"""The recipes that change compose.yaml, as Docker Compose reads it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import recipes
from tests.projects import run

pytestmark = pytest.mark.usefixtures("docker")


def services(app: Path, folder: Path, recipe: str) -> dict[str, Any]:
    """Follow a recipe, and read the services with the settings from `.env`."""
    project = recipes.follow(recipes.copy(app, folder), recipe)
    command = ("docker", "compose", "--profile", "tls", "config", "--format", "json")
    read: dict[str, Any] = json.loads(run(project, *command).stdout)["services"]
    return read


def test_the_database_is_ready_before_the_app(both_app: Path, tmp_path: Path) -> None:
    found = services(both_app, tmp_path, "monolith-postgresql")
    password = found["postgresql"]["environment"]["POSTGRES_PASSWORD"]
    address = f"postgresql://app:{password}@postgresql/app"
    assert found["app"]["environment"]["DATABASE_URL"] == address
    assert found["app"]["depends_on"]["postgresql"]["condition"] == "service_healthy"
    assert {port["host_ip"] for port in found["postgresql"]["ports"]} == {"127.0.0.1"}


@pytest.mark.parametrize("recipe", ["monolith-password", "monolith-oidc"])
def test_caddy_has_its_configuration_and_its_settings(
    recipe: str, both_app: Path, tmp_path: Path
) -> None:
    found = services(both_app, tmp_path, recipe)
    build = found["caddy"]["build"]
    assert (Path(build["context"]) / "Caddyfile").is_file()
    assert "COPY Caddyfile /etc/caddy/Caddyfile" in build["dockerfile_inline"]
    assert "image" not in found["caddy"]
    assert found["caddy"].get("command") is None
    assert found["caddy"]["environment"]["DOMAIN"] == "app.example.com"
    if recipe == "monolith-password":
        assert found["caddy"]["environment"]["LOGIN_HASH"].startswith("$$2a$$14$$")  # escaped
    else:
        variables = found["oauth2-proxy"]["environment"]
        assert all(variables.values())
        assert variables["OAUTH2_PROXY_REDIRECT_URL"].endswith("app.example.com/oauth2/callback")
