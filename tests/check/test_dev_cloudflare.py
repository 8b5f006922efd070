"""`bun run dev:cloudflare`: the Worker in front of the local backend, without Docker."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import recipes
from tests.backend import free_port, wait_until_it_responds
from tests.projects import environment


@pytest.fixture(scope="module")
def url(cloudflare_app: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app's address, with a larger limit for bodies in `.env`."""
    project = recipes.copy(cloudflare_app, tmp_path_factory.mktemp("dev"))
    worker, backend = free_port(), free_port()
    (project / ".env").write_text(
        f"MAX_BODY_BYTES=3000000\nWORKER_PORT={worker}\nBACKEND_PORT={backend}\n"
    )
    server = subprocess.Popen(
        ["bun", "run", "dev:cloudflare"], cwd=project, env=environment(),
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        wait_until_it_responds(f"http://127.0.0.1:{worker}/api/health")
        yield f"http://127.0.0.1:{worker}"
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait(30)


@pytest.mark.parametrize(("size", "status"), [(2_000_000, 422), (4_000_000, 413)])
def test_the_worker_and_the_backend_have_the_same_limit(url: str, size: int, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    response = httpx.post(f"{url}/stream", content=b"x" * size, headers=headers, trust_env=False)
    assert response.status_code == status


def test_an_encoded_path_and_an_upgrade_to_http2_are_served(url: str) -> None:
    upgrade = {
        "Connection": "Upgrade, HTTP2-Settings",
        "Upgrade": "h2c",
        "HTTP2-Settings": "AAMAAABk",
    }
    for path, headers in (("/%65nv", {}), ("/env", upgrade)):
        response = httpx.get(f"{url}{path}", headers=headers, trust_env=False)
        assert response.json()["layout"] == "development"
