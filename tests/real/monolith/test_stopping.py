"""SIGTERM and running streams."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.conversation import conversation
from tests.real.docker import docker
from tests.real.monolith.container import HARDENED, TEST_ANSWER, UNLIMITED, Container


def test_running_streams_outlive_sigterm(image: str) -> None:
    with Container.start(image, *HARDENED, *TEST_ANSWER, *UNLIMITED) as app:
        app.wait_until_ready()
        begun = threading.Barrier(51, timeout=20)

        def stream() -> str:
            with httpx.stream(
                "POST", f"{app.url}/stream", json=conversation("30 0.1"), timeout=20
            ) as answer:
                chunks = answer.iter_text()
                text = next(chunks)
                begun.wait()
                return text + "".join(chunks)

        with ThreadPoolExecutor(50) as pool:
            streams = [pool.submit(stream) for _ in range(50)]
            begun.wait()
            docker("kill", "--signal", "TERM", app.name)
            time.sleep(0.5)
            with pytest.raises(httpx.TransportError):
                httpx.get(f"{app.url}/env", timeout=2)
            assert all("event: done" in s.result() for s in streams)
        assert app.exit_status(10) == 0


def test_the_grace_period_is_bounded(image: str) -> None:
    grace = ("--env", "GRACE_SECONDS=1")
    with Container.start(image, *HARDENED, *TEST_ANSWER, *grace) as app:
        app.wait_until_ready()
        with (
            httpx.Client(timeout=20) as client,
            client.stream("POST", f"{app.url}/stream", json=conversation("500 0.1")) as answer,
        ):
            next(answer.iter_raw())
            docker("kill", "--signal", "TERM", app.name)
            assert app.exit_status(15) == 0  # the stream takes 50 s
