"""HEAD for every GET endpoint, and the methods that a path allows."""

from dataclasses import dataclass

from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

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
