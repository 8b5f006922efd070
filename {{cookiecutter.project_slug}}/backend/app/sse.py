"""Server-sent events: the `text/event-stream` format of the HTML standard, section 9.2."""

import asyncio
import math
import time
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from app.events import DoneEvent, ErrorEvent, TokenEvent

HEARTBEAT = b": keep-alive\n\n"


def encode(event: TokenEvent | DoneEvent | ErrorEvent) -> bytes:
    """Encode one event. JSON holds no line breaks, so one `data` line is enough.

    Args:
        event: what to send.

    Returns:
        The event's name and its JSON as UTF-8, ended by the blank line that dispatches it.
    """
    return f"event: {event.event}\ndata: {event.model_dump_json()}\n\n".encode()


class EventStream(StreamingResponse):
    """A response that streams events, and a comment whenever it has been idle for a while.

    The comment keeps proxies from closing a connection on which nothing moves.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        events: AsyncIterator[TokenEvent | DoneEvent | ErrorEvent],
        heartbeat_seconds: float,
    ) -> None:
        """Prepare the response.

        Args:
            events: what to send, each the moment it is made; cancelled when the client goes away.
            heartbeat_seconds: the idle time after which a comment is sent.
        """
        super().__init__(
            (encode(event) async for event in events),
            headers={"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"},
        )
        self.heartbeat_seconds = heartbeat_seconds

    async def stream_response(self, send: Send) -> None:
        """Send the events, with a task beside them that fills the silences."""
        last_sent = time.monotonic()

        async def timed_send(message: Message) -> None:
            nonlocal last_sent
            last_sent = math.inf  # a client that reads slowly is not an idle stream
            await send(message)
            last_sent = time.monotonic()

        async def fill_silences() -> None:
            while True:
                rest = self.heartbeat_seconds - (time.monotonic() - last_sent)
                if rest <= 0:
                    await timed_send(
                        {"type": "http.response.body", "body": HEARTBEAT, "more_body": True}
                    )
                else:
                    await asyncio.sleep(min(rest, self.heartbeat_seconds))

        heartbeat = asyncio.create_task(fill_silences())
        try:
            await super().stream_response(timed_send)
        finally:
            heartbeat.cancel()
