"""The Worker routes thousands of generated requests as FastAPI does."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.projects import run

HERE = Path(__file__).parent
DETAILS = {404: "Not Found", 405: "Method Not Allowed"}
"""How worker/index.ts words its problems."""


@pytest.fixture(scope="module")
def apps(cloudflare_app: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Two apps and requests to them, each with the app's response and the Worker's verdict."""
    examine = ("bun", "scripts/python.ts", str(HERE / "examine.py"))
    printed = run(cloudflare_app, *examine).stdout
    file = tmp_path_factory.mktemp("routing") / "apps.json"
    file.write_text(printed[printed.index("[{") :])
    judge = ("bun", str(HERE / "judge.ts"), str(cloudflare_app), str(file))
    verdicts = json.loads(run(cloudflare_app, *judge).stdout)
    apps: list[dict[str, Any]] = json.loads(file.read_text())
    for app, of_app in zip(apps, verdicts, strict=True):
        for request, verdict in zip(app["requests"], of_app, strict=True):
            request["verdict"] = verdict
    return apps


def test_the_worker_agrees_with_the_app(apps: list[dict[str, Any]]) -> None:
    for app in apps:
        statuses: Counter[int] = Counter()
        for request in app["requests"]:
            status = request["status"]
            allow = {"allow": request["allow"]} if status == 405 else {}
            assert request["verdict"] == {"status": status, **allow}, request
            statuses[status] += 1
        assert min(statuses[status] for status in (200, 403, 404, 405)) > 20, app["name"]


def test_the_worker_words_problems_as_the_app_does(apps: list[dict[str, Any]]) -> None:
    bodies = [request["body"] for app in apps for request in app["requests"] if request.get("body")]
    assert {body["status"] for body in bodies} == DETAILS.keys()
    for body in bodies:
        detail = DETAILS[body["status"]]
        assert body == {"status": body["status"], "title": detail, "detail": detail}
