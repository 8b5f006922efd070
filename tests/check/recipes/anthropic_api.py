"""A server with the streaming protocol of Anthropic's Messages API.

The last message decides what happens: a name in `REFUSALS` gets that error, one in `ENDS` ends the
answer for that reason, `overloaded` fails after the text has begun, `break` closes the connection
there, `stall` waits until the client leaves, and any other text is repeated.
https://platform.claude.com/docs/en/build-with-claude/streaming
"""

import json
import select
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any

from tests.threads import serving

REFUSALS: dict[str, tuple[int, str, dict[str, str]]] = {
    "wrong key": (401, "authentication_error", {}),
    "no credit": (400, "billing_error", {}),
    "unknown model": (404, "not_found_error", {}),
    "too many": (429, "rate_limit_error", {"Retry-After": "7"}),
    "busy": (529, "overloaded_error", {}),
    "prompt is too long": (400, "invalid_request_error", {}),
    "strange": (400, "invalid_request_error", {}),
}
"""The status, the error's type, and more headers; its message repeats the name."""

ENDS = {"cut": "max_tokens", "refused": "refusal", "full": "model_context_window_exceeded"}


class Api(ThreadingHTTPServer):
    """The server; `requests` contains the headers and the body of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.client_left = Event()

    @property
    def url(self) -> str:
        """The base URL to configure."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Api

    def do_POST(self) -> None:
        """Respond as the last message says."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((headers, body))
        command = body["messages"][-1]["content"]
        if self.path != "/v1/messages" or not body["stream"]:
            self.send_error(404)
        elif command in REFUSALS:
            self.refuse(command)
        else:
            self.stream(command, body["model"])

    def refuse(self, name: str) -> None:
        """Send an error instead of a stream."""
        status, kind, headers = REFUSALS[name]
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        error = {"type": "error", "error": {"type": kind, "message": f"Anthropic says: {name}"}}
        self.wfile.write(json.dumps(error).encode())

    def stream(self, command: str, model: str) -> None:
        """Stream an answer."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        if command == "break":
            self.send_header("Content-Length", "100000")  # that never arrive
        self.end_headers()
        usage = {"input_tokens": 11, "output_tokens": 1}
        message: dict[str, Any] = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": model,
        }
        message |= {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
        self.send("message_start", message=message)
        self.send("content_block_start", index=0, content_block={"type": "text", "text": ""})
        self.send("ping")
        for text in ("You said: ", command, " ✓"):
            delta = {"type": "text_delta", "text": text}
            self.send("content_block_delta", index=0, delta=delta)
        if command == "break":
            return
        if command == "stall":
            select.select([self.connection], [], [])
            self.server.client_left.set()
            return
        if command == "overloaded":
            self.send("error", error={"type": "overloaded_error", "message": "Overloaded"})
            return
        self.send("content_block_stop", index=0)
        end = {"stop_reason": ENDS.get(command, "end_turn"), "stop_sequence": None}
        self.send("message_delta", delta=end, usage={"output_tokens": 22})
        self.send("message_stop")

    def send(self, event: str, **data: object) -> None:
        """Send one event."""
        text = f"event: {event}\ndata: {json.dumps({'type': event} | data)}\n\n"
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def serve() -> AbstractContextManager[Api]:
    """Serve the API on a free port, in its own thread."""
    return serving(Api())
