"""`make demo`, and two lines in `.env` that connect it to a model."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.backend import free_port, running, wait_until_it_responds
from tests.conversation import conversation
from tests.projects import copy_template, environment


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The demo of a copy of this template: its folder and its address."""
    template = copy_template(tmp_path_factory.mktemp("demo") / "the template")
    port = free_port()
    ports = {"FRONTEND_PORT": str(port), "BACKEND_PORT": str(free_port())}
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.demo"],
        cwd=template, env=environment() | ports, stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    url = f"http://localhost:{port}"
    try:
        wait_for_model(process, url, None)
        yield template / "demo/my-app", url
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def wait_for_model(process: subprocess.Popen[bytes] | None, url: str, name: str | None) -> None:
    """Wait until the app runs with this model, or without one.

    Raises:
        TimeoutError: It didn't within two minutes.
    """
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process is None or process.poll() is None, "the demo has ended"
        try:
            report = httpx.get(f"{url}/env", trust_env=False)
            if report.status_code == 200 and report.json()["model"] == name:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(url)


def ask(url: str) -> list[str]:
    """Send a prompt, and return the pieces of the stream as they arrive."""
    with httpx.stream(
        "POST", f"{url}/stream", json=conversation("Hello!"), trust_env=False
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        return list(response.iter_text())


def test_the_demo_answers_without_a_model(demo: tuple[Path, str]) -> None:
    _, url = demo
    pieces = ask(url)
    assert len(pieces) > 5
    assert "event: done" in pieces[-1]


def test_two_lines_connect_the_demo_to_a_model(demo: tuple[Path, str]) -> None:
    app, url = demo
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with running(app, "-m", "tests.provider", str(port)):
        wait_until_it_responds(f"{base}/requests")
        (app / ".env").write_text(f"MODEL_NAME=a-model\nMODEL_BASE_URL={base}/v1\n")
        wait_for_model(None, url, "a-model")
        pieces = ask(url)
        requests = httpx.get(f"{base}/requests", trust_env=False).json()
    assert len(pieces) > 3
    assert "Answer 1 " in "".join(pieces)
    assert "event: done" in pieces[-1]
    assert [request["ended"] for request in requests] == ["complete"]
