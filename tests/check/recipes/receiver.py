"""An HTTP server that keeps what it is sent, in place of a service that receives reports."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Receiver(ThreadingHTTPServer):
    """The server; `received` holds the path and the body of each request."""

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[tuple[str, bytes]] = []

    def bodies(self, path: str) -> bytes:
        """Join the bodies that a path got."""
        return b"\n".join(body for sent_to, body in self.received if sent_to == path)


class Handler(BaseHTTPRequestHandler):
    """Keeps one request."""

    server: Receiver

    def do_POST(self) -> None:
        """Keep the body, and answer 200."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def receive() -> Iterator[Receiver]:
    """Receive on a free port, in a thread of its own."""
    with Receiver() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
