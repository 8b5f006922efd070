"""The promises in docs/development.md about all systems, including Windows, and working offline."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.backend import free_port
from tests.projects import environment, run


def wait_for(url: str) -> bytes:
    """Send requests until a server responds with success."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 120
    while True:
        try:
            return bytes(direct.open(url, timeout=10).read())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_the_page_is_built(cloudflare_app: Path) -> None:
    run(cloudflare_app, "bun", "run", "build")
    assert (cloudflare_app / "dist/frontend/index.html").exists()


@pytest.mark.skipif(sys.platform == "linux", reason="test_workflows.py does this on Linux")
def test_the_project_passes_its_checks(cloudflare_app: Path) -> None:
    if os.name == "nt":
        parts = ("frontend", "e2e", "scripts:lint", "scripts:types")
        run(cloudflare_app, "bun", "run", "check", *parts)
    else:
        run(cloudflare_app, "bun", "run", "check", seconds=900)


def test_the_app_is_served_with_its_backend_and_stops(cloudflare_app: Path) -> None:
    frontend, backend = str(free_port()), str(free_port())
    ports = {"FRONTEND_PORT": frontend, "BACKEND_PORT": backend}
    bun = shutil.which("bun")
    assert bun
    server = subprocess.Popen(
        [bun, "scripts/dev.ts"], cwd=cloudflare_app, env=environment() | ports
    )
    try:
        assert b"<title>" in wait_for(f"http://localhost:{frontend}/")
        assert b"ok" in wait_for(f"http://localhost:{frontend}/api/health")
    finally:
        server.terminate()
        server.wait(30)
    deadline = time.monotonic() + 30
    while is_open(backend):
        assert time.monotonic() < deadline, "the backend outlives `bun run dev`"
        time.sleep(0.2)


def is_open(port: str) -> bool:
    """Return whether something listens on a port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", int(port))) == 0


NO_NETWORK = ("unshare", "--net", "sh", "-c")


def has_no_network_namespace() -> bool:
    """Return whether this user can't run a command without a network."""
    try:
        command = [*NO_NETWORK, "ip link set lo up"]
        return subprocess.run(command, capture_output=True, check=False).returncode != 0
    except FileNotFoundError:
        return True


@pytest.mark.skipif(has_no_network_namespace(), reason="needs `ip` and root's `unshare --net`")
@pytest.mark.parametrize("command", ["build", "types:api"])
def test_commands_run_without_a_network(command: str, cloudflare_app: Path) -> None:
    run(cloudflare_app, *NO_NETWORK, f"ip link set lo up && exec bun run {command}")
