"""A limit on the size of request bodies, answered with a problem document."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DISCARDED_LIMITS = 16
"""How many times the limit is still read of a body that is too large, so that the proxy that
sends it can read the response instead of failing on a closed connection."""


class BodyLimit:
    """ASGI middleware: answers 413 if a body is too large.

    `FastAPI(max_body_size=…)` answers in plain text if the size is declared, and does not read on.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        """Create the middleware.

        Args:
            app: what answers the requests.
            max_bytes: the largest body that the app gets to see.
        """
        self.app = app
        self.max_bytes = max_bytes

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
