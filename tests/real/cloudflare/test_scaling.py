"""Containers start one by one as the load rises, and stop again."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.conversation import conversation
from tests.real.cloudflare.preview import SETTINGS, Preview, prepare

pytestmark = pytest.mark.usefixtures("docker")


@pytest.fixture(scope="module")
def app(cloudflare_app: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """The project behind `wrangler dev`, with three instances of two requests each."""
    folder = prepare(cloudflare_app, tmp_path_factory.mktemp("cloudflare") / "app")
    with Preview(folder) as preview:
        yield preview


def streams(app: Preview, number: int, seconds: int) -> list[int]:
    """Run a number of streams at once, and return the highest number of running containers."""
    with ThreadPoolExecutor(number) as pool:
        requests = [
            pool.submit(
                httpx.post, f"{app.url}/stream", json=conversation(f"{seconds} 1"), timeout=90
            )
            for _ in range(number)
        ]
        running = 0
        while not all(request.done() for request in requests):
            running = max(running, len(app.containers()))
            time.sleep(0.5)
        answers = [request.result() for request in requests]
    assert {answer.status_code for answer in answers} == {200}
    assert all("event: done" in answer.text for answer in answers)
    return [running, len(answers)]


@pytest.mark.parametrize(("number", "containers"), [(2, 1), (4, 2), (5, 3), (15, 3)])
def test_containers_start_one_by_one_as_the_load_rises(
    app: Preview, number: int, containers: int
) -> None:
    app.sleep()
    assert streams(app, number, 14) == [containers, number]


def test_when_all_are_full_requests_spread(app: Preview) -> None:
    app.sleep()
    streams(app, 24, 10)
    shares = [logs.count("finished: 10 1") for logs in app.logs_by_container()]
    assert sum(shares) == 24
    assert min(shares) >= SETTINGS["REQUESTS_PER_INSTANCE"]


def test_when_load_falls_the_higher_instances_sleep(app: Preview) -> None:
    app.sleep()
    assert streams(app, 15, 10)[0] == 3
    deadline = time.monotonic() + 90  # the width falls with each request
    while len(app.containers()) > 1 and time.monotonic() < deadline:
        assert httpx.get(f"{app.url}/env", timeout=60).status_code == 200
        time.sleep(0.5)
    assert len(app.containers()) == 1
