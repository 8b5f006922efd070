"""What trusted proxies say about a request: the client's address, the scheme, and the host."""

from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


class ForwardedHeaders(ProxyHeadersMiddleware):
    """uvicorn's middleware, which leaves X-Forwarded-Host out.

    With the host, `request.url_for()` and redirects name the address that the client has used.
    """

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Handle one request or WebSocket."""
        if scope["type"] != "lifespan" and (scope["client"] or [None])[0] in self.trusted_hosts:
            headers = dict(scope["headers"])
            if host := headers.get(b"x-forwarded-host", b"").rpartition(b",")[2].strip():
                others = [header for header in scope["headers"] if header[0] != b"host"]
                scope["headers"] = [(b"host", host), *others]
        await super().__call__(scope, receive, send)
