"""A limit on the size of request bodies, answered with a problem document."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1024 * 1024
"""The proxies before us allow the same."""

DISCARDED_BYTES = 16 * MAX_BODY_BYTES
"""How much of a body that is too large is still read, so that a proxy which is sending it gets
to read our answer, instead of an error from a connection that closes under it."""


class BodyLimit:
    """ASGI middleware: answers 413 where a body turns out to be too large.

    `FastAPI(max_body_size=…)` does the same, but in plain text where the size is declared, and
    without reading on.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body as the app reads it."""
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received <= MAX_BODY_BYTES:
                return message
            while message.get("more_body") and received <= DISCARDED_BYTES:
                message = await receive()
                received += len(message.get("body", b""))
            raise HTTPException(413)

        await self.app(scope, receive_counted, send)
