"""The settings: all errors are reported at once."""

import json
from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from app import settings
from app.server import cli
from app.server.run import run
from app.settings import Settings


def complaints(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Start the server, which must refuse, and read its sentences."""
    assert run("tests.test_settings:start_nothing") == 2
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BACKEND_PORT", ""),
        ("BACKEND_PORT", "high"),
        ("BACKEND_PORT", "70000"),
        ("BACKEND_PORT", "tcp://10.96.0.12:80"),
        ("HEARTBEAT_SECONDS", "0"),
        ("HEARTBEAT_SECONDS", "inf"),
        ("WEB_CONCURRENCY", "auto"),
        ("GRACE_SECONDS", "-1"),
        ("MAX_BODY_BYTES", "1 MiB"),
        ("ACCESS_LOG", "maybe"),
        ("LOG_FORMAT", "xml"),
        ("LAYOUT", "elsewhere"),
        ("MODEL_API_KEY", "two\nlines"),
        ("MODEL_API_KEY", "schlüssel"),
        ("MODEL_BASE_URL", "api.example.com/v1"),
        ("MODEL_BASE_URL", "ftp://api.example.com"),
        ("MODEL_BASE_URL", "https://[::1"),
        ("MODEL_CONNECT_SECONDS", "0"),
        ("MODEL_IDLE_SECONDS", "inf"),
    ],
)
def test_a_wrong_setting_is_named_in_a_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BACKEND_PORT", "1234")
    monkeypatch.setenv("MODEL_NAME", "a-model")
    monkeypatch.setenv(name, value)
    [sentence] = complaints(capsys)
    assert sentence.startswith(f"{name} is ")
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("name", "value"),
    [("MODEL_API_KEY", "sk-very-secret"), ("MODEL_BASE_URL", "http://user:pass@127.0.0.1/v1")],
)
def test_a_model_without_a_name_is_reported_without_the_secret(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BACKEND_PORT", "1234")
    monkeypatch.setenv(name, value)
    [sentence] = complaints(capsys)
    assert sentence.startswith("MODEL_NAME is wrong: ")
    assert value not in sentence


@pytest.mark.parametrize("other", [{}, {"MODEL_BASE_URL": "http://127.0.0.1:11434/v1"}])
def test_a_model_needs_no_key(other: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ({"MODEL_NAME": "a-model"} | other).items():
        monkeypatch.setenv(name, value)
    assert Settings().model_name == "a-model"


def test_the_credentials_of_a_url_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_NAME", "a-model")
    monkeypatch.setenv("MODEL_BASE_URL", "http://user:pass@127.0.0.1/v1")
    assert "pass" not in repr(Settings())


def test_all_wrong_settings_are_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "auto")
    monkeypatch.setenv("LAYOUT", "elsewhere")
    named = [sentence.partition(" ")[0] for sentence in complaints(capsys)]
    assert named == ["WEB_CONCURRENCY", "LAYOUT", "BACKEND_PORT"]


def test_the_port_of_a_kubernetes_service_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BACKEND_PORT", "tcp://10.96.0.12:80")
    [sentence] = complaints(capsys)
    assert "Kubernetes" in sentence
    assert "enableServiceLinks: false" in sentence


def test_a_secret_that_cannot_be_read_is_named_with_the_other_problems(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "model_api_key").write_bytes(b"\xff")
    monkeypatch.setitem(Settings.model_config, "secrets_dir", tmp_path)
    monkeypatch.setenv("GRACE_SECONDS", "-1")
    secret, grace, port = complaints(capsys)
    assert secret == f"MODEL_API_KEY: {tmp_path / 'model_api_key'} can't be read: it is not text."
    assert grace.startswith("GRACE_SECONDS is wrong")
    assert port.startswith("BACKEND_PORT is missing")


def test_a_secret_is_read_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model_api_key").write_text("sk-very-secret\n")
    monkeypatch.setenv("MODEL_NAME", "a-model")
    monkeypatch.setitem(Settings.model_config, "secrets_dir", tmp_path)
    key = Settings().model_api_key
    assert key
    assert key.get_secret_value() == "sk-very-secret"


def test_the_value_of_a_wrong_secret_is_not_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Strict(Settings):
        token: SecretStr = Field(min_length=20)

    monkeypatch.setattr(settings, "Settings", Strict)
    monkeypatch.setenv("TOKEN", "sk-too-short")
    monkeypatch.setenv("BACKEND_PORT", "1234")
    [sentence] = complaints(capsys)
    assert sentence.startswith("TOKEN is wrong")
    assert "sk-too-short" not in sentence


def test_required_and_optional_settings_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class WithToken(Settings):
        token: SecretStr

    monkeypatch.setattr(settings, "Settings", WithToken)
    assert cli.main(["settings"]) == 0
    names = json.loads(capsys.readouterr().out)
    assert names["required"] == ["TOKEN"]
    assert "MODEL_API_KEY" in names["optional"]


def test_the_settings_can_be_checked_without_starting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BACKEND_PORT", "1234")
    assert cli.main(["check-settings"]) == 0
    monkeypatch.setenv("WEB_CONCURRENCY", "auto")
    assert cli.main(["check-settings"]) == 2
    assert capsys.readouterr().err.startswith("WEB_CONCURRENCY is wrong")


@pytest.mark.parametrize("command", ["openapi", "routes"])
def test_commands_that_only_read_the_code_ignore_settings(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command]) == 0
    printed = capsys.readouterr().out
    for name, value in {
        "MODEL_API_KEY": "x",
        "log_format": "plain",
        "WEB_CONCURRENCY": "auto",
    }.items():
        monkeypatch.setenv(name, value)
    assert cli.main([command]) == 0
    assert capsys.readouterr().out == printed
