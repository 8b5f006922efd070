"""Server-sent events: the `text/event-stream` format of the HTML standard, section 9.2."""

import asyncio
import logging
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing

from pydantic import BaseModel
from pydantic_core import to_json
from starlette.responses import StreamingResponse
from starlette.types import Send

HEARTBEAT = b": keep-alive\n\n"

log = logging.getLogger(__name__)


class Event(BaseModel):
    """The base of every event; `event` names its kind.

    A stream of your own has a union of such models, like `StreamEvent` in app/chat/events.py. Give
    that union as the model of the endpoint's response, and it appears in the OpenAPI document and
    the TypeScript types.
    """

    event: str


def encode(event: Event) -> bytes:
    """Encode one event. JSON has no line breaks, so one `data` line is enough.

    Args:
        event: what to send.

    Returns:
        The event's name and its JSON as UTF-8, with the blank line that dispatches it.
    """
    return b"event: %b\ndata: %b\n\n" % (event.event.encode(), to_json(event))


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

    async def stream_response(self, send: Send) -> None:
        """Send the events, and end with `failure` if making or encoding one of them fails."""
        head = {"type": "http.response.start", "status": self.status_code}
        await send({**head, "headers": self.raw_headers})
        heartbeat = Heartbeat(send, self.heartbeat_seconds)
        try:
            async with aclosing(self.events):
                async for event in self.events:
                    await heartbeat.send(encode(event))
        except BaseException:  # also a group or an inner task's cancellation must not end silently
            task = asyncio.current_task()
            if task and task.cancelling():
                raise
            log.exception("The stream failed")
            await heartbeat.send(encode(self.failure))
        finally:
            heartbeat.stop()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Heartbeat:
    """Sends the parts of a stream, and a comment whenever there has been none for a while.

    While it waits, there is a timer and no task, which would take more memory.
    """

    def __init__(self, send: Send, seconds: float) -> None:
        """Start the timer.

        Args:
            send: sends an ASGI message.
            seconds: the idle time after which a comment is sent.
        """
        self._send = send
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._idle_since = self._loop.time()
        self._comment: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(seconds, self._check)

    async def send(self, part: bytes) -> None:
        """Send a part of the stream."""
        self._idle_since = math.inf  # a client that reads slowly is not an idle stream
        await self._send({"type": "http.response.body", "body": part, "more_body": True})
        self._idle_since = self._loop.time()

    def _check(self) -> None:
        """Send a comment if the stream has been idle, and check again when it could next be."""
        rest = self._idle_since + self._seconds - self._loop.time()
        if rest <= 0:
            self._comment = self._loop.create_task(self.send(HEARTBEAT))
        self._timer = self._loop.call_later(
            rest if 0 < rest < self._seconds else self._seconds, self._check
        )

    def stop(self) -> None:
        """Send no more comments."""
        self._timer.cancel()
        if self._comment:
            self._comment.cancel()
