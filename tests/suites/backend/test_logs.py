"""The logs: one line per request and message, as text or JSON."""

import io
import json
import logging
from logging.config import dictConfig
from typing import Any, Literal

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.server.logs import logging_config
from app.web.middleware import request_id


def capture(log_format: Literal["text", "json"]) -> tuple[logging.Logger, io.StringIO]:
    """Make a logger with the handler of all logs, and return it with the text that it writes."""
    config = logging_config(log_format, access_log=True)
    written = io.StringIO()
    config["handlers"]["stderr"]["stream"] = written
    config["loggers"] = {"test": {"handlers": config["root"].pop("handlers"), "propagate": False}}
    config["incremental"] = False
    del config["root"]
    dictConfig(config)
    return logging.getLogger("test"), written


def test_a_json_line_has_time_level_logger_id_message_and_traceback() -> None:
    log, written = capture("json")
    try:
        raise ValueError("line\nbreak")
    except ValueError:
        log.exception("it %s", "failed")
    [line] = written.getvalue().splitlines()
    record: dict[str, Any] = json.loads(line)
    assert record.pop("time").endswith("+00:00")
    assert "ValueError: line\nbreak" in record.pop("exception")
    expected = {"level": "ERROR", "logger": "test", "request_id": "-", "message": "it failed"}
    assert record == expected


def test_a_text_line_has_time_level_logger_id_and_message() -> None:
    log, written = capture("text")
    token = request_id.set("edge-0123456789")
    log.warning("beware")
    request_id.reset(token)
    assert written.getvalue().endswith(" WARNING test [edge-0123456789] beware\n")


def test_a_request_keeps_the_proxys_id_if_it_is_well_formed(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    kept = client.get("/api/health", headers={"X-Request-ID": "edge-0123456789"})
    made = client.get("/api/health", headers={"X-Request-ID": "bad id\twith blanks"})
    assert kept.headers["x-request-id"] == "edge-0123456789"
    assert len(made.headers["x-request-id"]) == 32
    assert "GET /api/health 200" in caplog.text
    assert request_id.get() == "-"


def test_a_failure_is_logged_even_without_the_access_log(
    app: FastAPI, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    loggers = logging_config("text", access_log=False)["loggers"]
    caplog.set_level(loggers["app.requests"]["level"], "app.requests")

    @app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError

    client.get("/api/health")
    client.get("/api/broken")
    lines = [line.getMessage() for line in caplog.records if line.name == "app.requests"]
    assert [line.partition(" 500 ")[0] for line in lines] == [
        "The request failed",
        "GET /api/broken",
    ]
