"""An HTTP server that stores requests, in place of a service that receives reports."""

import gzip
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.threads import serving


class Receiver(ThreadingHTTPServer):
    """The server; `received` has each request's path and body, `headers` its headers."""

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[tuple[str, bytes]] = []
        self.headers: list[dict[str, str]] = []

    def bodies(self, path: str) -> bytes:
        """Join the bodies of the requests to a path."""
        return b"\n".join(body for sent_to, body in self.received if sent_to == path)


class Handler(BaseHTTPRequestHandler):
    """Stores one request."""

    server: Receiver

    def do_POST(self) -> None:
        """Store the body, and respond with 200."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        self.server.received.append((self.path, body))
        self.server.headers.append(dict(self.headers))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def receive() -> AbstractContextManager[Receiver]:
    """Receive on a free port, in its own thread."""
    return serving(Receiver())
