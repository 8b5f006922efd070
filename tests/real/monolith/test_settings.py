"""Settings and secrets, and the image's messages about invalid ones."""

from pathlib import Path

import httpx
import pytest

from tests.real.monolith.container import HARDENED, Container


def test_a_secret_is_read_from_a_file_and_never_shown(image: str, tmp_path: Path) -> None:
    key = tmp_path / "model_api_key"
    key.write_text("sk-very-secret\n")
    secret = ("--volume", f"{key}:/run/secrets/model_api_key:ro", "--env", "MODEL_NAME=a-model")
    key.chmod(0o400)
    with Container.start(image, *HARDENED, *secret) as app:
        assert app.exit_status(20) == 2
        assert "/run/secrets/model_api_key can't be read: Permission denied." in app.logs()
        assert "Traceback" not in app.logs()
    key.chmod(0o444)
    with Container.start(image, *HARDENED, *secret) as app:
        report = httpx.get(f"{app.wait_until_ready().url}/env")
        assert report.json()["settings"]["MODEL_API_KEY"] is True
        assert "sk-very-secret" not in report.text + app.logs()


@pytest.mark.parametrize(
    "setting",
    [
        "PORT=http",
        "PORT=30001",
        "BACKEND_PORT=tcp://10.96.0.12:80",
        "START_SECONDS=abc",
        "TRUSTED_PROXIES=example.com",
        "WEB_CONCURRENCY=auto",
        "ACCESS_LOG=perhaps",
        "HEARTBEAT_SECONDS=0",
    ],
)
def test_an_invalid_setting_gives_one_sentence(image: str, setting: str) -> None:
    with Container.start(image, *HARDENED, "--env", setting) as app:
        assert app.exit_status(15) == 2
        [line] = app.logs().splitlines()
        assert line.startswith(setting.partition("=")[0])


def test_all_invalid_settings_are_named_at_once(image: str) -> None:
    wrong = ("PORT", "GRACE_SECONDS", "WEB_CONCURRENCY", "HEARTBEAT_SECONDS")
    options = [option for name in wrong for option in ("--env", f"{name}=x")]
    with Container.start(image, *HARDENED, *options) as app:
        assert app.exit_status(15) == 2
        named = {line.split()[0].rstrip(":") for line in app.logs().splitlines()}
        assert named == set(wrong)


def test_an_empty_setting_counts_as_not_set(image: str) -> None:
    empty = ("--env", "PORT=", "--env", "NGINX_WORKERS=", "--env", "WEB_CONCURRENCY=")
    with Container.start(image, *HARDENED, *empty) as app:
        app.wait_until_ready()


def test_a_developers_settings_change_nothing_inside(image: str) -> None:
    options = ("--env", "BACKEND_HOST=0.0.0.0", "--env", "LAYOUT=development")
    with Container.start(image, *HARDENED, *options) as app:
        report = httpx.get(f"{app.wait_until_ready().url}/env").json()
        assert report["layout"] == "monolith"


def test_a_file_system_without_tmp_gives_one_sentence(image: str) -> None:
    with Container.start(image, "--read-only") as app:
        assert app.exit_status(15) == 2
        [line] = app.logs().splitlines()
        assert "--tmpfs /tmp" in line
