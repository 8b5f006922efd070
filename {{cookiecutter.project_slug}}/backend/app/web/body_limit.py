"""A limit on the size of request bodies."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DISCARDED_LIMITS = 16
"""How many times the limit is still read of a body that is too large, so that the proxy that
sends it can read the response instead of failing on a closed connection."""


@dataclass
class BodyLimit:
    """ASGI middleware: answers 413 if a body has more than `max_bytes`.

    `FastAPI(max_body_size=…)` answers in plain text if the size is declared, and stops reading.
    """

    app: ASGIApp
    max_bytes: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, counting its body while the app reads it."""
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received <= self.max_bytes:
                return message
            while message.get("more_body") and received <= DISCARDED_LIMITS * self.max_bytes:
                message = await receive()
                received += len(message.get("body", b""))
            raise HTTPException(413)

        await self.app(scope, receive_counted, send)
