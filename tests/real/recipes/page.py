"""A project's built page and its backend at one address, for a browser."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.backend import free_port, serve, wait_until_it_responds
from tests.projects import environment, run


@contextmanager
def serve_page(project: Path, **settings: str) -> Iterator[str]:
    """Build the page and serve it with the deployed app's headers.

    Args:
        project: an installed project.
        settings: variables for the backend.

    Yields:
        The address.
    """
    run(project, "bun", "run", "build")
    port = free_port()
    with serve(project, "app.server", **settings) as backend:
        server = subprocess.Popen(
            ["bun", "run", "preview", "--port", str(port), "--strictPort", "--host", "127.0.0.1"],
            cwd=project / "frontend",
            env=environment() | {"BACKEND_PORT": backend.rpartition(":")[2]},
        )
        try:
            wait_until_it_responds(f"http://127.0.0.1:{port}/api/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)
