"""One log line for each request, with an id that the proxy before us logs too.

Where that proxy writes a line itself, `ACCESS_LOG=false` keeps ours for what went wrong.
"""

import logging
import re
import time
import uuid
from contextvars import ContextVar
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

request_id: ContextVar[str] = ContextVar("request_id", default="-")
"""The id of the request that is being answered; `-` outside of one."""

WELL_FORMED_ID = re.compile(r"[\w.-]{8,128}", re.ASCII)

log = logging.getLogger("app.requests")


class RequestLog:
    """ASGI middleware: takes the request's id from the proxy, or makes one, and logs the end."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: set its id, add it to the response, log it when it has ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        identity = given if WELL_FORMED_ID.fullmatch(given) else uuid.uuid4().hex
        request_id.set(identity)
        status: int = 0
        started = time.monotonic()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = identity
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            status = HTTPStatus.INTERNAL_SERVER_ERROR  # which Starlette answers, outside of us
            raise
        finally:
            failed = status == 0 or status >= HTTPStatus.INTERNAL_SERVER_ERROR
            log.log(
                logging.WARNING if failed else logging.INFO,
                "%s %s %s %.0f ms",
                *(scope["method"], scope["path"], status or "aborted"),
                (time.monotonic() - started) * 1000,
            )


class WithRequestId(logging.Filter):
    """A logging filter that gives each record the `request_id` that is current."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id and let the record pass."""
        record.request_id = request_id.get()
        return True
