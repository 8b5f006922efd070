"""The model provider of a project's tests, on the loopback address that the backend sees."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.backend import running, wait_until_it_responds
from tests.real.docker import docker

FETCH = """
import sys, urllib.request
sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1], timeout=5).read())
"""


@contextmanager
def provider_here(app: Path, port: int) -> Iterator[str]:
    """Run the provider on this machine.

    Yields:
        Its address.
    """
    url = f"http://127.0.0.1:{port}"
    with running(app, "-m", "tests.provider", str(port)):
        wait_until_it_responds(f"{url}/requests")
        yield url


@contextmanager
def provider_in(container: str, app: Path, port: int) -> Iterator[str]:
    """Run the provider inside a container, whose image has no tests, until that container ends.

    Yields:
        An address on this machine that forwards `GET /requests` into the container.
    """
    source = (app / "backend/tests/provider.py").read_text()
    docker("exec", "--detach", container, "python", "-c", source, str(port))

    class Relay(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://127.0.0.1:{port}{self.path}"
            fetch = ["docker", "exec", container, "python", "-c", FETCH, url]
            done = subprocess.run(fetch, capture_output=True, check=False)
            self.send_response(503 if done.returncode else 200)
            self.end_headers()
            self.wfile.write(done.stdout)

        def log_message(self, *_: object) -> None:
            """Log nothing, to keep the tests' output short."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as relay:
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{relay.server_port}"
        finally:
            relay.shutdown()
