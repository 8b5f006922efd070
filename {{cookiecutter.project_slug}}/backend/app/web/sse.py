"""Server-sent events: the `text/event-stream` format of the HTML standard, section 9.2."""

import asyncio
import logging
import math
import time
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

    A stream of your own has a union of such models, as `StreamEvent` in app/events.py. The
    endpoint gives it as the model of its response, and the OpenAPI document and the TypeScript
    types follow.
    """

    event: str


def encode(event: Event) -> bytes:
    """Encode one event. JSON holds no line breaks, so one `data` line is enough.

    Args:
        event: what to send.

    Returns:
        The event's name and its JSON as UTF-8, with the blank line that dispatches it.
    """
    return b"event: %b\ndata: %b\n\n" % (event.event.encode(), to_json(event))


async def encode_all(events: AsyncGenerator[Event], failure: Event) -> AsyncGenerator[bytes]:
    """Encode events, and end with `failure` if making or encoding one of them fails.

    Args:
        events: what to send; closed when the stream ends.
        failure: the last event of a stream that fails.

    Yields:
        The bytes of each event.
    """
    try:
        async with aclosing(events):
            async for event in events:
                yield encode(event)
    except GeneratorExit:
        raise
    except BaseException:  # a group or an inner task's cancellation too must not end in silence
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        log.exception("The stream failed")
        yield encode(failure)


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
            failure: the last event of a stream that fails. Do not tell the cause in it.
            heartbeat_seconds: the idle time after which a comment is sent.
            status_code: the HTTP status; FastAPI reads its default for the OpenAPI document.
        """
        self.chunks = encode_all(events, failure)
        self.heartbeat_seconds = heartbeat_seconds
        super().__init__(
            self.chunks,
            status_code,
            headers={"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"},
        )

    async def stream_response(self, send: Send) -> None:
        """Send the events, and comments from a second task while there are none."""
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        last_sent = time.monotonic()

        async def send_heartbeats() -> None:
            nonlocal last_sent
            while True:
                rest = self.heartbeat_seconds - (time.monotonic() - last_sent)
                if rest <= 0:
                    last_sent = math.inf
                    await send({"type": "http.response.body", "body": HEARTBEAT, "more_body": True})
                    last_sent = time.monotonic()
                else:
                    await asyncio.sleep(min(rest, self.heartbeat_seconds))

        heartbeat = asyncio.create_task(send_heartbeats())
        try:
            async with aclosing(self.chunks):
                async for chunk in self.chunks:
                    last_sent = math.inf  # a client that reads slowly is not an idle stream
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                    last_sent = time.monotonic()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            heartbeat.cancel()
