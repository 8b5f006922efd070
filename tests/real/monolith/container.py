"""Containers of the monolith's image, for the tests in this folder."""

import shutil
import socket
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx

from tests.real.docker import docker

HARDENED = (
    *("--read-only", "--tmpfs", "/tmp:size=16m", "--cap-drop", "ALL"),
    *("--security-opt", "no-new-privileges"),
)
UNLIMITED = ("--env", "STREAM_REQUESTS_PER_MINUTE=1000000")
HTML = {"Accept": "text/html,*/*"}


def instead_of(module: str, file: Path) -> tuple[str, str]:
    """Replace one of the app's modules; Python prefers a package to a module."""
    return ("--volume", f"{file}:/opt/app/app/{module}/__init__.py:ro")


TEST_ANSWER = instead_of("answer", Path(__file__).parents[1] / "answer.py")
TEST_ENDPOINTS = instead_of("routes/health", Path(__file__).parents[1] / "echo.py")


def with_strict_modes(project: Path, folder: Path) -> Path:
    """Copy a project's sources with the modes of umask 077, which only their owner can read."""
    leave_out = shutil.ignore_patterns("node_modules", ".venv", "dist", ".git")
    copy = Path(shutil.copytree(project, folder / "app", ignore=leave_out))
    for path in (copy, *copy.rglob("*")):
        path.chmod(path.stat().st_mode & 0o700)
    return copy


@dataclass
class Container:
    """A running container. Leaving its `with` block removes it."""

    name: str
    url: str = ""

    @classmethod
    def start(
        cls, image: str, *options: str, port: int = 80, command: tuple[str, ...] = ()
    ) -> Self:
        """Start the image on a free port of loopback.

        Args:
            image: The image's tag.
            options: More options for docker run.
            port: The port inside the container.
            command: Arguments for the image's entrypoint.

        Returns:
            The container, which may not be ready yet.
        """
        name = f"monolith-test-{uuid.uuid4().hex[:12]}"
        publish = ("--publish", f"127.0.0.1::{port}")
        docker("run", "--detach", "--name", name, *publish, *options, image, *command)
        container = cls(name)
        container.find_port(port)
        return container

    def find_port(self, port: int = 80) -> None:
        """Look up the address, which changes with each start; a stopped container has none."""
        address = docker("port", self.name, f"{port}/tcp", check=False)
        self.url = f"http://{address}" if address.startswith("127.0.0.1:") else ""

    def __enter__(self) -> Self:
        """Return the container."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove it."""
        docker("rm", "--force", "--volumes", self.name, check=False)

    def wait_until_ready(self, seconds: float = 30) -> Self:
        """Wait until the app responds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/api/health", timeout=2).status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready within {seconds} s:\n{self.logs()[-2000:]}")

    def logs(self) -> str:
        """Return its logs."""
        return docker("logs", self.name)

    def run(self, script: str) -> str:
        """Run a bash script inside, as the image's user."""
        return docker("exec", self.name, "bash", "-c", script, check=False)

    def kill(self, command: str, signal: str = "KILL") -> None:
        """Send a signal to the oldest process whose command line starts with this."""
        self.run(
            "for p in $(ls /proc | grep -E '^[0-9]+$' | sort -n); do "
            f'[[ "$(tr "\\0" " " </proc/$p/cmdline)" == "{command}"* ]] || continue; '
            f"kill -{signal} $p && exit; done"
        )

    def exit_status(self, seconds: float) -> int:
        """Wait for the end, with a time limit."""
        done = subprocess.run(
            ["docker", "wait", self.name],
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds,
        )
        return int(done.stdout)

    def memory(self) -> int:
        """Return the memory of its processes in bytes, with shared pages counted once."""
        text = self.run("cat /proc/[0-9]*/smaps_rollup 2>/dev/null | grep ^Pss:")
        return sum(int(line.split()[1]) * 1024 for line in text.splitlines())


def assert_problem(response: httpx.Response, status: int) -> None:
    """Expect an RFC 9457 problem document with one request ID."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert response.json()["title"]
    assert len(response.headers.get_list("x-request-id")) == 1


def raw(container: Container, data: bytes, seconds: float = 5) -> bytes:
    """Send bytes unchanged, and return everything received until the connection ends."""
    host, port = container.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        connection.sendall(data)
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except TimeoutError:
            pass
    return received
