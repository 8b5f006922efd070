"""The commands that serve a project, run until a test ends."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests import projects


def settings_of(app: Path) -> dict[str, str]:
    """Read the settings in `.env`."""
    return dict(line.split("=", 1) for line in (app / ".env").read_text().splitlines())


@contextmanager
def serve(app: Path, command: str, port: str) -> Iterator[str]:
    """Run a command of the project until the block ends, and stop it with all its processes.

    Args:
        app: the project.
        command: The name of its script.
        port: The setting in `.env` with its port.

    Yields:
        The URL.
    """
    url = f"http://localhost:{settings_of(app)[port]}"
    with (app / "server.log").open("w") as log:
        server = subprocess.Popen(
            ["bun", "run", command], cwd=app, env=projects.environment(), stdin=subprocess.DEVNULL,
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 240
        while True:
            assert server.poll() is None, (app / "server.log").read_text()[-4000:]
            assert time.monotonic() < deadline, (app / "server.log").read_text()[-4000:]
            try:
                if httpx.get(f"{url}/api/health", timeout=60).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.5)
        yield url
    finally:
        os.killpg(server.pid, signal.SIGINT)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
