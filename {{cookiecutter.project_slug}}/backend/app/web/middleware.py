"""Middleware: the ID and log line of each request, rules for responses, HEAD, and large bodies."""

import asyncio
import logging
import re
import time
import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID_HEADER = "X-Request-ID"

request_id: ContextVar[str] = ContextVar("request_id", default="-")
"""The ID of the current request; `-` outside of requests."""

VALID_ID = re.compile(r"[\w.-]{8,128}", re.ASCII)

BODILESS_STATUSES = {HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.NOT_MODIFIED}

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

DISCARDED_LIMITS = 16
"""How much of a body that is too large is read and discarded, as a multiple of the limit. The proxy
that sends it can then read the response instead of failing on a closed connection."""

log = logging.getLogger("app.requests")


@dataclass
class RequestLog:
    """ASGI middleware around everything else in the app: it logs each request with its ID.

    Proxies share their connections to this server among clients, so a response must not break
    its connection: one that can't have a body is sent without one, and an exception is only logged
    once its response is complete. An empty response ends its connection, because workerd
    loses the next request on a connection whose first response was empty (workerd 2026-11-17).
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or WebSocket.

        The ID comes from the proxy in front of the backend; a request without one gets a new ID.
        """
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        current_id = given if VALID_ID.fullmatch(given) else uuid.uuid4().hex
        request_id.set(current_id)
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        status = 0
        complete = False
        started = time.monotonic()

        async def send_checked(message: Message) -> None:
            nonlocal status, complete
            if complete:
                await asyncio.sleep(0)  # lets Starlette notice the end and cancel a stream
            elif message["type"] == "http.response.body":
                await send(message)
                complete = not message.get("more_body", False)
            elif message["type"] == "http.response.start":
                if message["status"] < HTTPStatus.OK:
                    raise RuntimeError(f"Status {message['status']} can't end a request")
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID_HEADER] = current_id
                bodiless = status in BODILESS_STATUSES or scope["method"] == "HEAD"
                if bodiless or headers.get("Content-Length") == "0":
                    headers["Connection"] = "close"  # Cloudflare's runtime would lose the next one
                if status in BODILESS_STATUSES:
                    del headers["Content-Length"]
                await send(message)
                if bodiless:
                    await send({"type": "http.response.body"})
                    complete = True
            else:
                await send(message)

        try:
            await self.app(scope, receive, send_checked)
        except Exception as error:
            log.exception("The request failed")
            if not status:
                response = await scope["app"].exception_handlers[Exception](Request(scope), error)
                await response(scope, receive, send_checked)
            elif not complete:
                raise  # only a closed connection shows that the response is not complete
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
