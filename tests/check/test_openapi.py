"""The backend answers as its OpenAPI document says."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests import schemathesis
from tests.projects import environment, run, shared


@contextmanager
def serve(project: Path) -> Iterator[str]:
    """Serve a project's backend with its scripted answer.

    Yields:
        The backend's address.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings = {"BACKEND_PORT": str(port), "ACCESS_LOG": "false"}
    process = subprocess.Popen(
        [str(project / "backend/.venv/bin/python"), "-m", "tests.serve"],
        cwd=project / "backend", env=environment() | settings,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_healthy(url)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def wait_until_healthy(url: str) -> None:
    """Wait until the backend answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/api/health", trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


def test_every_response_is_as_the_document_says(shared_folder: Path, tmp_path: Path) -> None:
    project = shared(shared_folder, "monolith")
    document = tmp_path / "openapi.json"
    python = str(project / "backend/.venv/bin/python")
    document.write_text(run(project / "backend", python, "-m", "app.openapi").stdout)
    with serve(project) as url:
        schemathesis.check(url, document)
