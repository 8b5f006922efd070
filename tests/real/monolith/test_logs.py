"""Log lines."""

import json
import time
from datetime import datetime

import httpx

from tests.real.docker import docker
from tests.real.monolith.container import HARDENED, Container

KEYS = {"time", "level", "logger", "message"}


def test_each_line_is_json(image: str) -> None:
    with Container.start(image, *HARDENED) as app:
        app.wait_until_ready()
        docker("stop", app.name)
        lines = [json.loads(line) for line in app.logs().splitlines()]
    assert all(line.keys() >= KEYS for line in lines)
    assert {line["logger"] for line in lines} >= {"nginx", "entrypoint", "uvicorn.error"}
    assert all(datetime.fromisoformat(line["time"]).tzinfo for line in lines)


def test_text_for_people(image: str) -> None:
    with Container.start(image, *HARDENED, "--env", "LOG_FORMAT=text") as app:
        app.wait_until_ready()
        docker("stop", app.name)
        lines = app.logs().splitlines()
    assert lines
    assert not [line for line in lines if line.startswith("{")]


def test_a_request_is_logged_without_its_query(app: Container, http: httpx.Client) -> None:
    given = http.get("/nowhere?token=secret", headers={"User-Agent": 'a "b" \\ c'})
    time.sleep(1.5)
    logs = app.logs()
    lines = [json.loads(line) for line in logs.splitlines() if '"nginx"' in line]
    line = next(x for x in lines if x["request_id"] == given.headers["x-request-id"])
    assert (line["path"], line["status"], line["method"]) == ("/nowhere", 404, "GET")
    assert (line["level"], line["message"]) == ("INFO", "GET /nowhere 404")
    assert "secret" not in logs
