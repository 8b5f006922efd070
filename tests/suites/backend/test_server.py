"""The server as a process: where it listens, how it starts, fails and stops."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.conftest import conversation

BACKEND = Path(__file__).parents[2]

START_SECONDS = 90

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number: int = listener.getsockname()[1]
    return number


@pytest.fixture
def start(port: int) -> Iterator[Start]:
    """Start the server as a process, with settings as keyword arguments."""
    processes: list[subprocess.Popen[str]] = []

    def start(
        module: str = "tests.serve", folder: Path = BACKEND, **settings: str
    ) -> subprocess.Popen[str]:
        environment = {"PATH": os.environ["PATH"], "BACKEND_PORT": str(port), **settings}
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", module],
            cwd=folder,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def wait_until_it_listens(port: int) -> None:
    """Wait until the server accepts connections."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the server doesn't listen")


def test_a_busy_port_is_reported_in_a_sentence(start: Start, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        process = start("app.server")
        _, error = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 2
    [sentence] = error.splitlines()
    assert f"127.0.0.1:{port}" in sentence
    assert "BACKEND_PORT" in sentence


def test_a_busy_socket_path_is_reported_in_a_sentence(start: Start, tmp_path: Path) -> None:
    (tmp_path / "socket").touch()
    process = start("app.server", BACKEND_SOCKET=str(tmp_path / "socket"))
    _, error = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 2
    [sentence] = error.splitlines()
    assert "BACKEND_SOCKET" in sentence


BROKEN_FILES = {
    "answer.py": "import no_such_module\n",
    "main.py": """
from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def lifespan(app):
    import no_such_module
    yield

def create_app():
    return FastAPI(lifespan=lifespan)
""",
}


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("broken", BROKEN_FILES)
def test_a_broken_app_is_logged_and_leaves_the_port_closed(
    start: Start, port: int, tmp_path: Path, broken: str, workers: str
) -> None:
    shutil.copytree(BACKEND / "app", tmp_path / "app")
    (tmp_path / "app" / broken).write_text(BROKEN_FILES[broken])
    process = start("app.server", tmp_path, LOG_FORMAT="json", WEB_CONCURRENCY=workers)
    _, error = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 3
    assert "no_such_module" in error
    assert all(json.loads(line) for line in error.splitlines())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_the_servers_own_messages_are_json_too(start: Start, port: int) -> None:
    process = start(LOG_FORMAT="json", LAYOUT="monolith")
    wait_until_it_listens(port)
    process.terminate()
    _, error = process.communicate(timeout=START_SECONDS)
    loggers = {json.loads(line)["logger"] for line in error.splitlines()}
    assert loggers == {"uvicorn.error", "app.main"}


@pytest.mark.parametrize(
    ("settings", "prompt", "complete"),
    [
        ({"LAYOUT": "development"}, "200 0.5", False),
        ({"LAYOUT": "monolith", "GRACE_SECONDS": "10"}, "6 0.5", True),
    ],
)
def test_a_running_stream_may_finish_within_the_grace_period_except_in_development(
    start: Start, port: int, settings: dict[str, str], prompt: str, *, complete: bool
) -> None:
    process = start(**settings)
    wait_until_it_listens(port)
    with (
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
        client.stream("POST", "/stream", json=conversation(prompt)) as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == "event: token"
        process.terminate()
        try:
            text = "".join(lines)
        except httpx2.RemoteProtocolError:
            text = ""
    process.communicate(timeout=START_SECONDS)
    assert ('"event":"done"' in text) is complete


def test_a_websocket_echoes_and_is_closed_when_the_server_stops(start: Start, port: int) -> None:
    process = start(GRACE_SECONDS="10")
    wait_until_it_listens(port)
    with connect(f"ws://127.0.0.1:{port}/api/echo", proxy=None) as websocket:
        websocket.send("hello ✓")
        assert websocket.recv(timeout=5) == "hello ✓"
        process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed):
            websocket.recv(timeout=5)
    process.communicate(timeout=START_SECONDS)
    assert websocket.close_code == 1012


def test_a_start_imports_no_websocket_package(start: Start) -> None:
    code = "import sys, app.server.run, app.main; app.main.create_app(); print(*sys.modules)"
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=BACKEND, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not {"websockets", "wsproto", "h11"} & set(done.stdout.split())


@pytest.mark.parametrize(
    ("trusted", "address"),
    [("127.0.0.1", "https://app.example/api/url"), ("192.0.2.1", "http://127.0.0.1:{port}/")],
)
def test_urls_name_the_host_that_a_trusted_proxy_forwards(
    start: Start, port: int, trusted: str, address: str
) -> None:
    start(FORWARDED_ALLOW_IPS=trusted)
    wait_until_it_listens(port)
    headers = {"X-Forwarded-Host": "forged.example, app.example", "X-Forwarded-Proto": "https"}
    response = httpx2.get(f"http://127.0.0.1:{port}/api/url", headers=headers, trust_env=False)
    assert response.text.startswith(address.format(port=port))
