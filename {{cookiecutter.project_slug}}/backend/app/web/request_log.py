"""The id of each request, and one log line per request.

`ACCESS_LOG=false` leaves only the lines of failed requests, for when a proxy logs the others.
"""

import logging
import re
import time
import uuid
from contextvars import ContextVar
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID_HEADER = "X-Request-ID"

request_id: ContextVar[str] = ContextVar("request_id", default="-")
"""The id of the current request; `-` outside of requests."""

WELL_FORMED_ID = re.compile(r"[\w.-]{8,128}", re.ASCII)

log = logging.getLogger("app.requests")


class RequestLog:
    """ASGI middleware: sets the request's id, sends it with the response, and logs the request."""

    def __init__(self, app: ASGIApp) -> None:
        """Create the middleware.

        Args:
            app: what answers the requests.
        """
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or WebSocket.

        The id comes from the proxy in front of the backend; a request without one gets a new id.
        """
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        current_id = given if WELL_FORMED_ID.fullmatch(given) else uuid.uuid4().hex
        request_id.set(current_id)
        status = 0
        started = time.monotonic()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = current_id
            await send(message)

        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            status = HTTPStatus.INTERNAL_SERVER_ERROR  # sent by Starlette outside this middleware
            raise
        finally:
            failed = status == 0 or status >= HTTPStatus.INTERNAL_SERVER_ERROR
            log.log(
                logging.WARNING if failed else logging.INFO,
                "%s %s %s %.0f ms",
                scope["method"],
                scope["path"],
                status or "aborted",
                (time.monotonic() - started) * 1000,
            )
