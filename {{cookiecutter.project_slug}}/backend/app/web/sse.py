"""Server-sent events: the `text/event-stream` format of the HTML standard, section 9.2."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from pydantic import BaseModel
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

HEARTBEAT = b": keep-alive\n\n"

log = logging.getLogger(__name__)


class Event(BaseModel):
    """The base of every event; `event` names its kind.

    For a stream of your own, define a union of events, like `StreamEvent` in app/chat/__init__.py.
    Give that union as the model of the endpoint's response, and it appears in the OpenAPI document
    and the TypeScript types. The page expects `done` at the end, or `error` with a `detail` for
    users.
    """

    event: str


def encode(event: Event) -> bytes:
    """Encode one event. JSON has no line breaks, so one `data` line is enough."""
    data = event.__pydantic_serializer__.to_json(event)  # half the time of `to_json(event)`
    return b"event: %b\ndata: %b\n\n" % (event.event.encode(), data)


class EventStream(StreamingResponse):
    """A response that streams events, and a comment whenever it has been idle for a while.

    The comment keeps proxies from closing an idle connection.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        events: AsyncGenerator[Event],
        *,
        failure: Event,
        heartbeat_seconds: float,
        status_code: int = 200,
    ) -> None:
        """Create the response.

        Args:
            events: what to send, each as soon as it is made. Cancelled if the client disconnects.
            failure: the last event of a stream that fails. It must not reveal the cause.
            heartbeat_seconds: the idle time after which a comment is sent.
            status_code: the HTTP status; FastAPI reads its default for the OpenAPI document.
        """
        self.events = events
        self.failure = failure
        self.heartbeat_seconds = heartbeat_seconds
        super().__init__(
            (),
            status_code,
            headers={"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response until it ends or the client disconnects.

        Starlette uses a group of two tasks, which takes more memory and keeps cancelling what the
        events await in `finally`.
        """
        streaming = asyncio.current_task()
        disconnected = False

        async def cancel_at_disconnect() -> None:
            nonlocal disconnected
            while (await receive())["type"] != "http.disconnect":
                pass
            disconnected = True
            if streaming:
                streaming.cancel()

        watching = asyncio.create_task(cancel_at_disconnect())
        try:
            await self.stream_response(send)
        except asyncio.CancelledError:
            if not disconnected or (streaming and streaming.uncancel()):
                raise
        finally:
            watching.cancel()

    async def stream_response(self, send: Send) -> None:
        """Send the events, and end with `failure` if making or encoding one of them fails."""
        head = {"type": "http.response.start", "status": self.status_code}
        await send({**head, "headers": self.raw_headers})
        heartbeat = Heartbeat(send, self.heartbeat_seconds)
        try:
            async with aclosing(self.events):
                async for event in self.events:
                    body = encode(event)
                    heartbeat.idle_since = math.inf  # a client that reads slowly isn't idle
                    await send({"type": "http.response.body", "body": body, "more_body": True})
                    heartbeat.idle_since = time.monotonic()
        except BaseException:  # a group or an inner task's cancellation must not be silent
            task = asyncio.current_task()
            if task and task.cancelling():
                raise
            log.exception("The stream failed")
            body = encode(self.failure)
            await send({"type": "http.response.body", "body": body, "more_body": True})
        finally:
            heartbeat.stop()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Heartbeat:
    """Sends a comment whenever a stream has been idle for a while.

    While it waits, there is a timer and no task, which would take more memory.
    """

    def __init__(self, send: Send, seconds: float) -> None:
        """Start the timer."""
        self._send = send
        self._seconds = seconds
        self._comment: asyncio.Task[None] | None = None
        self._wait(seconds)
        self.idle_since = time.monotonic()

    def _wait(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._check)

    def _check(self) -> None:
        """Send a comment if the stream has been idle, and check again when it next could be."""
        rest = self.idle_since + self._seconds - time.monotonic()
        if rest <= 0:
            self._comment = asyncio.create_task(self._send_comment())
        self._wait(rest if 0 < rest < self._seconds else self._seconds)

    async def _send_comment(self) -> None:
        self.idle_since = math.inf
        await self._send({"type": "http.response.body", "body": HEARTBEAT, "more_body": True})
        self.idle_since = time.monotonic()

    def stop(self) -> None:
        """Send no more comments."""
        self._timer.cancel()
        if self._comment:
            self._comment.cancel()
