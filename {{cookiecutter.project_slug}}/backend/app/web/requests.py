"""Rules for requests: HEAD for every GET endpoint, the methods of a path, and the body's size."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def answers(scope: Scope, method: str) -> bool:
    """Return whether an endpoint of the app answers a method at the path of a request."""
    scope = {**scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in scope["app"].router.routes)


def allowed_methods(scope: Scope) -> list[str]:
    """List the methods that the path of a request allows, for the `Allow` header."""
    return [
        method
        for method in METHODS
        if answers(scope, method) or (method == "HEAD" and answers(scope, "GET"))
    ]


@dataclass
class HeadRequests:
    """ASGI middleware: HEAD goes to the GET endpoint (RFC 9110, section 9.3.2).

    An endpoint for HEAD takes precedence. `RequestLog` drops the body.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or WebSocket."""
        if scope["type"] == "http" and scope["method"] == "HEAD" and not answers(scope, "HEAD"):
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)


DISCARDED_LIMITS = 16
"""How much of a body that is too large is read and discarded, as a multiple of the limit. The proxy
that sends it can then read the response instead of failing on a closed connection."""


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
