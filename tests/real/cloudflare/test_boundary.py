"""A request that arrives while its container stops is served.

With BOUNDARY_ROUNDS=67, it makes 201 attempts, which take 12 minutes.
"""

import multiprocessing
import os
import random
import re
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.real.cloudflare.preview import Preview, prepare

pytestmark = pytest.mark.usefixtures("docker")

INSTANCES = 3
ROUNDS = int(os.environ.get("BOUNDARY_ROUNDS", "5"))
EVICTION = 10
"""The seconds for which workerd keeps an idle object before it stops the container."""


def burn() -> None:
    """Keep a core busy."""
    while True:
        pass


@contextmanager
def busy_cores(number: int) -> Iterator[None]:
    """Keep cores of this machine busy."""
    burners = [multiprocessing.Process(target=burn, daemon=True) for _ in range(number)]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()


@pytest.fixture
def app(cloudflare_app: Path, tmp_path: Path) -> Iterator[Preview]:
    """The project's containers, which the test requests directly; they stop as early as possible.

    While both cores are busy, `wrangler dev` itself fails some starts, so the limit allows more.
    """
    folder = prepare(cloudflare_app, tmp_path / "app", SLEEP_AFTER_SECONDS=1, START_SECONDS=60)
    shutil.copy(Path(__file__).parent / "direct.ts", folder / "worker/direct.ts")
    config = folder / "wrangler.toml"
    text = config.read_text().replace("worker/index.ts", "worker/direct.ts")
    config.write_text(re.sub(r"(?m)^run_worker_first = .*", "run_worker_first = true", text))
    with Preview(folder, ready="/0/env") as preview:
        yield preview


def ask_at_the_boundary(app: Preview, instance: int) -> list[int]:
    """Request an instance repeatedly, each time when its container is about to stop."""
    chance = random.Random(instance)
    statuses = []
    with httpx.Client(timeout=90) as client:
        for _ in range(ROUNDS):
            statuses.append(client.get(f"{app.url}/{instance}/env").status_code)
            time.sleep(EVICTION + chance.uniform(-0.2, 0.6))
    return statuses


def test_requests_at_the_moment_of_the_idle_stop_are_served(app: Preview) -> None:
    before = app.starts()
    with busy_cores(2), ThreadPoolExecutor(INSTANCES) as pool:
        rounds = pool.map(lambda instance: ask_at_the_boundary(app, instance), range(INSTANCES))
        statuses = [status for one in rounds for status in one]
    assert statuses == [200] * INSTANCES * ROUNDS, app.output()[-4000:]
    assert app.starts() - before > INSTANCES * ROUNDS / 4
