"""A generated project's backend, served on a free port."""

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.projects import environment


def free_port() -> int:
    """Find a port that nothing listens on, below those that systems take for connections."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def listener(port: int) -> int:
    """Find the process that listens on a port of this machine, without `ss` or `lsof`."""
    table = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    [inode] = {row[9] for row in table if row[1].endswith(f":{port:04X}") and row[3] == "0A"}
    processes = (folder for folder in Path("/proc").glob("[0-9]*/fd") if os.access(folder, os.R_OK))
    for folder in processes:
        if any(is_link_to(file, f"socket:[{inode}]") for file in folder.iterdir()):
            return int(folder.parent.name)
    raise ProcessLookupError(port)


def is_link_to(path: Path, target: str) -> bool:
    """Return whether a path exists and links to a target."""
    try:
        return str(path.readlink()) == target
    except OSError:
        return False


@contextmanager
def serve(project: Path, module: str, **settings: str) -> Iterator[str]:
    """Serve a project's backend.

    Args:
        project: An installed project.
        module: The module to run: `app.server`, or `tests.serve` for the scripted answer.
        settings: Variables for the backend.

    Yields:
        The backend's address.
    """
    port = free_port()
    variables = {"BACKEND_PORT": str(port), "ACCESS_LOG": "false"} | settings
    with running(project, "-m", module, **variables):
        url = f"http://127.0.0.1:{port}"
        wait_until_it_responds(f"{url}/api/health")
        yield url


@contextmanager
def running(project: Path, *arguments: str, **variables: str) -> Iterator[None]:
    """Run a project's Python in `backend/` until the block ends."""
    process = subprocess.Popen(
        [str(project / "backend/.venv/bin/python"), *arguments],
        cwd=project / "backend", env=environment() | variables,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def wait_until_it_responds(url: str) -> None:
    """Wait until a server responds.

    Raises:
        TimeoutError: It didn't respond within a minute.
    """
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(url, trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


def wait_until_it_listens(port: int) -> None:
    """Wait until a port on this machine accepts connections.

    Raises:
        TimeoutError: It accepted none within a minute.
    """
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(port)
