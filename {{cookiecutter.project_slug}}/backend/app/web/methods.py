"""HEAD for every GET endpoint, and the methods that a path allows."""

import asyncio

from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def answers(scope: Scope, method: str) -> bool:
    """Whether an endpoint of the app answers a method at the path of a request."""
    scope = {**scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in scope["app"].router.routes)


def allowed_methods(scope: Scope) -> list[str]:
    """List the methods that the path of a request allows, for the `Allow` header."""
    return [
        method
        for method in METHODS
        if answers(scope, method) or (method == "HEAD" and answers(scope, "GET"))
    ]


class HeadRequests:
    """ASGI middleware: answers HEAD as GET, without the body (RFC 9110, section 9.3.2).

    An endpoint for HEAD takes precedence.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Create the middleware.

        Args:
            app: what answers the requests.
        """
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or WebSocket."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or answers(scope, "HEAD"):
            await self.app(scope, receive, send)
            return

        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})
            else:
                await asyncio.sleep(0)  # lets Starlette notice the end, and cancel a stream

        await self.app({**scope, "method": "GET"}, receive, send_headers)
