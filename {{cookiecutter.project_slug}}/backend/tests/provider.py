"""A small OpenAI-compatible model provider for tests: `python -m tests.provider [PORT]`.

It is one file of standard-library Python, so it also runs inside a container that has no tests.
The last message decides what happens. A number is a status (`429 7`: with `Retry-After: 7`). The
names in `FAULTS`, `answer`, and `events` each break in their own way. `respond STATUS TYPE BODY`
sends a whole response, `stream JSON` only the events in a list (`null` breaks the connection, and
`stall` keeps it open), and `send JSON` one more event in an ordinary answer. `call NAME JSON` calls
a tool if the request has any. `go away 3` answers and then refuses connections for 3 s. Any other
text is answered, and so is a tool's result. `once NAME` breaks only the first time.
`GET /requests` lists the requests and how each answer ended.
"""

import asyncio
import json
import os
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any

Chunk = dict[str, Any]

UNKNOWN_MODEL = "missing-model"
"""The name of a model that doesn't exist."""

ERRORS: dict[int, Chunk] = {
    400: {"message": "Bad request.", "code": None},
    401: {"message": "Incorrect API key provided.", "code": "invalid_api_key"},
    402: {"message": "Payment required.", "code": 402},
    404: {"message": "The model does not exist.", "code": "model_not_found"},
    429: {"message": "Rate limit reached.", "code": "rate_limit_exceeded"},
}

FAULTS: dict[str, tuple[int, Chunk]] = {
    "too long": (400, {"message": "Too many tokens.", "code": "context_length_exceeded"}),
    "too long for vllm": (
        400,
        {"message": "This model's maximum context length is 4096 tokens.", "code": 400},
    ),
    "flagged": (400, {"message": "The prompt was filtered.", "code": "content_filter"}),
    "flagged by openrouter": (
        403,
        {"message": "Input was flagged.", "code": 403, "metadata": {"reasons": ["violence"]}},
    ),
    "no credit": (429, {"message": "You exceeded your quota.", "code": "insufficient_quota"}),
}
"""Refusals that need more than a status: the status and the error object."""


@dataclass
class Request:
    """One request for an answer, and how it ended."""

    path: str
    authorization: str | None
    body: dict[str, Any]
    connection: int
    ended: str | None = None


@dataclass
class Provider:
    """Answers requests; `pace` is the time between two tokens, in seconds."""

    pace: float = 0.005
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    server: asyncio.Server | None = field(default=None, repr=False)
    writers: set[asyncio.StreamWriter] = field(default_factory=set, repr=False)
    leaving: asyncio.Task[None] | None = field(default=None, repr=False)
    stop: Callable[[], object] = field(default=lambda: None, repr=False)

    @property
    def url(self) -> str:
        """The base URL to configure."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, started: Callable[[], object] = lambda: None) -> None:
        """Serve on the loopback address until stopped."""
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.stop = lambda: loop.call_soon_threadsafe(stopped.set)
        await self.open()
        started()
        await stopped.wait()
        self.close()

    async def open(self) -> None:
        """Accept connections."""
        self.server = await asyncio.start_server(self.connected, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Refuse connections, and close those that are open."""
        if self.server:
            self.server.close()
        for writer in self.writers:
            writer.close()

    async def leave(self, seconds: float) -> None:
        """Refuse connections for some time."""
        self.close()
        await asyncio.sleep(seconds)
        await self.open()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve the requests of one connection until a side closes it."""
        self.connections += 1
        connection = self.connections
        self.writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self.serve_request(reader, writer, connection):
                pass
        self.writers.remove(writer)
        writer.close()

    async def serve_request(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> bool:
        """Serve one request.

        Returns:
            Whether the connection can serve another.
        """
        method, path, headers = parse_head(await reader.readuntil(b"\r\n\r\n"))
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if method == "GET" and path == "/requests":
            send_json(writer, 200, [asdict(request) for request in self.requests])
            return True
        request = Request(path, headers.get("authorization"), json.loads(body), connection)
        self.requests.append(request)
        answering = asyncio.create_task(self.answer(writer, request))
        leaving = asyncio.create_task(reader.read(1))  # ends only when the client goes away
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if leaving.done():
            request.ended = "client left"
        answering.cancel()
        leaving.cancel()
        await asyncio.gather(answering, leaving, return_exceptions=True)
        request.ended = request.ended or "complete"
        return request.ended == "complete"

    async def answer(self, writer: asyncio.StreamWriter, request: Request) -> None:
        """Answer one request as its last message asks."""
        command: str = request.body["messages"][-1]["content"]
        if command.startswith("once "):
            command = command.removeprefix("once ") if self.is_first(request) else "recovered"
        status, _, wait = command.partition(" ")
        retry_after = {"Retry-After": wait} if wait else {}
        if request.body["model"] == UNKNOWN_MODEL:
            send_json(writer, 404, {"error": ERRORS[404]})
        elif command in FAULTS:
            code, error = FAULTS[command]
            send_json(writer, code, {"error": error})
        elif status.isdecimal() and int(status) in list(HTTPStatus):
            error = ERRORS.get(int(status), {"message": "The server is overloaded."})
            send_json(writer, int(status), {"error": error}, retry_after)
        elif command.startswith("leak "):
            error = {"message": f"Incorrect API key provided: {command}"}
            send_json(writer, 401, {"error": error})
        elif command == "a page":
            send(writer, 200, "text/html", b"<!doctype html><title>A page</title>")
        elif command.startswith("respond "):
            _, number, media_type, content = command.split(" ", 3)
            send(writer, int(number), media_type, content.encode())
        elif command == "no options" and "stream_options" in request.body:
            error = {"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}
            send_json(writer, 422, {"message": {"detail": [error]}})
        elif command == "hang up":
            request.ended = "hung up"
        else:
            await self.stream(writer, request, command)
            if command.startswith("go away "):
                seconds = float(command.removeprefix("go away "))
                self.leaving = asyncio.create_task(self.leave(seconds))

    def is_first(self, request: Request) -> bool:
        """Say whether no earlier request had the same messages."""
        return [r.body["messages"] for r in self.requests].count(request.body["messages"]) == 1

    async def stream(self, writer: asyncio.StreamWriter, request: Request, command: str) -> None:
        """Stream the events of an answer, each cut where parsers most often fail."""
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        listed = command.startswith("stream ")
        async for event in given(command) if listed else events(request.body, command):
            if event is None:
                request.ended = "broken off"
                return
            for part in cut(event.encode()):
                writer.write(b"%x\r\n%b\r\n" % (len(part), part))
                await writer.drain()
            await asyncio.sleep(self.pace)
        writer.write(b"0\r\n\r\n")
        await writer.drain()


async def given(command: str) -> AsyncGenerator[str | None]:
    """Make the events that a command lists."""
    for data in json.loads(command.removeprefix("stream ")):
        await asyncio.sleep(3600 if data == "stall" else 0)
        yield None if data is None else f"data: {data}\n\n"


async def events(body: dict[str, Any], command: str) -> AsyncGenerator[str | None]:
    """Make the events of an answer in the wire's format.

    Args:
        body: the request.
        command: what to do, as in the module's description.

    Yields:
        Text to send; None to break the connection.
    """
    yield ": a comment\r\n\r\n"
    if command == "break first":
        yield None
    yield event({"delta": {"role": "assistant", "content": ""}, "finish_reason": None})
    calls = bool(body.get("tools")) and command.startswith("call ")
    for delta in tool_call(command) if calls else text(body["messages"]):
        yield event({"delta": delta, "finish_reason": None})
    if command.startswith("send "):
        yield f"data: {command.removeprefix('send ')}\r\n\r\n"
    match command:
        case "stall":
            await asyncio.sleep(3600)
        case "break":
            yield None
        case "malformed":
            yield 'data: {"choices": [{"delta": \r\n\r\n'
        case "error":
            yield event({}, error={"message": "Provider returned error", "code": 502})
        case "error event":
            yield 'event: error\r\ndata: {"message": "Internal error", "code": 500}\r\n\r\n'
    if command == "no end":
        return
    reason = {"filtered": "content_filter", "cut short": "length"}.get(command, "stop")
    reason = "tool_calls" if calls else reason
    yield event({"delta": {}, "finish_reason": reason})
    if body.get("stream_options", {}).get("include_usage"):
        usage = {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33}
        yield f"data: {json.dumps({'choices': [], 'usage': usage})}\r\n\r\n"
    if command != "no done":
        yield "data: [DONE]\r\n\r\n"


def event(choice: Chunk, **more: object) -> str:
    """Write one chunk of a completion, with fields that no client knows."""
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "logprobs": None} | choice] if choice else [],
        "x_unknown": {"a": [1]},
    }
    return f"id: 1\r\nx-unknown: 1\r\ndata: {json.dumps(chunk | more, ensure_ascii=False)}\r\n\r\n"


def tool_call(command: str) -> Iterator[Chunk]:
    """Call the tool that a command names, its arguments in two pieces."""
    _, name, arguments = command.split(" ", 2)
    half = len(arguments) // 2
    call = {"index": 0, "id": "call_1", "type": "function"}
    yield {"tool_calls": [call | {"function": {"name": name, "arguments": ""}}]}
    for part in (arguments[:half], arguments[half:]):
        yield {"tool_calls": [{"index": 0, "function": {"arguments": part}}]}


def text(messages: list[dict[str, str]]) -> Iterator[Chunk]:
    """Answer a conversation with text that shows which messages arrived."""
    questions = [message for message in messages if message["role"] == "user"]
    words = messages[-1]["content"].split(" ")
    for token in (f"Answer {len(questions)} ", "to “", *words, "” … 日本語 🙂"):
        yield {"content": token}
    while words == ["endless"]:
        yield {"content": "and "}


def cut(data: bytes) -> Iterator[bytes]:
    r"""Cut bytes inside each UTF-8 character and between `\r` and `\n`."""
    start = 0
    for end in range(1, len(data)):
        if data[end] & 0xC0 == 0x80 or data[end - 1 : end + 1] == b"\r\n":
            yield data[start:end]
            start = end
    yield data[start:]


def parse_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    """Read a request's method, path and headers."""
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    return method, path, {name.lower(): value.strip() for name, _, value in pairs}


def send_json(
    writer: asyncio.StreamWriter, status: int, body: object, headers: dict[str, str] | None = None
) -> None:
    """Send a whole JSON response."""
    send(writer, status, "application/json", json.dumps(body).encode(), headers)


def send(
    writer: asyncio.StreamWriter,
    status: int,
    media_type: str,
    body: bytes,
    headers: dict[str, str] | None = None,
) -> None:
    """Send a whole response."""
    fields = {"Content-Type": media_type, "Content-Length": str(len(body))} | (headers or {})
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    writer.write(f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode() + body)


@contextmanager
def running_provider(pace: float = 0.005) -> Iterator[Provider]:
    """Run a provider on a free port, in its own thread."""
    provider = Provider(pace)
    started = threading.Event()
    thread = threading.Thread(target=asyncio.run, args=(provider.serve(started.set),))
    thread.start()
    started.wait()
    try:
        yield provider
    finally:
        provider.stop()
        thread.join()


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9999
    provider = Provider(pace=float(os.environ.get("PROVIDER_PACE", "0.03")), port=port)
    with suppress(KeyboardInterrupt):
        asyncio.run(provider.serve(lambda: sys.stdout.write(f"Serving {provider.url}\n")))
