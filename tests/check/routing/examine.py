"""Print how FastAPI routes thousands of generated requests, as JSON.

It asks two apps: the project's own, and one with every kind of route. A project's Python runs this
file in the project's folder `backend`.
"""

import asyncio
import json
import logging
import random
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

sys.path.insert(0, str(Path.cwd()))

from fastapi import APIRouter, FastAPI, WebSocket
from starlette.datastructures import Headers
from starlette.routing import Match, Mount, Route
from starlette.types import Message

# isort: split
from app.main import create_app
from app.server.cli import describe_routes

REQUESTS = 2000
SHARES = {"of a route": 0.6, "with a wrong segment": 0.3, "too long": 0.15, "for a WebSocket": 0.2}
"""The share of each kind of request."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
SEGMENTS = (
    *("api", "env", "stream", "health", "items", "files", "a.b", "a+b", "(x)", "7", "007", "1.5"),
    *("-1", "1e5", "", "ü", "a b", "a/b", "\n", "x\n", "\r", "\u2028", "%", "..", "~", "1\n"),
    *("550e8400-e29b-41d4-a716-446655440000", "550e8400e29b41d4a716446655440000", "2026-11-25"),
)


async def endpoint() -> None:
    """Do nothing, since no request gets here."""


async def socket(websocket: WebSocket) -> None:
    """Do nothing, since no request gets here."""


def full_app() -> FastAPI:
    """Create an app with every kind of route."""
    app = create_app()
    for methods, path in (
        (["GET"], "/api/items"),
        (["POST", "DELETE"], "/api/items"),
        (["GET"], "/api/items/{item}"),
        (["PUT"], "/api/items/{number:int}"),
        (["PATCH"], "/api/items/{amount:float}/x"),
        (["GET"], "/api/files/{path:path}"),
        (["HEAD"], "/api/a.b/{name}"),
        (["GET"], "/api/a+b/(x)"),
        (["GET", "OPTIONS"], "/api/{one}/{two}/~"),
        (["GET"], "/api/uuid/{key:uuid}"),
        (["GET"], "/api/{first}-{second}.json"),
        (["GET"], "/api/slash/"),
        (["PROPFIND"], "/api/7"),
    ):
        app.add_api_route(path, endpoint, methods=methods, include_in_schema=len(path) % 2 == 0)
    inner = APIRouter(prefix="/{tenant}")
    inner.add_api_route("/x", endpoint, methods=["POST"])
    outer = APIRouter(prefix="/api/nested")
    outer.include_router(inner)
    app.include_router(outer)
    app.add_api_websocket_route("/api/socket/{room}", socket)
    app.add_api_websocket_route("/api/items", socket)
    app.router.routes.append(Route("/api/plain", endpoint, methods=["GET"]))
    app.router.routes.append(Mount("/api/mounted", app=FastAPI()))
    return app


def make_path(chance: random.Random, routes: list[str]) -> str:
    """Make an encoded path, either from a route or from random segments."""
    if chance.random() < SHARES["of a route"]:
        parts = chance.choice(routes).split("/")[1:]
        parts = [chance.choice(SEGMENTS) if "{" in part else part for part in parts]
        if chance.random() < SHARES["with a wrong segment"]:
            parts[chance.randrange(len(parts))] = chance.choice(SEGMENTS)
    else:
        parts = chance.choices(SEGMENTS, k=chance.randint(1, 4))
    if chance.random() < SHARES["too long"]:
        parts.append(chance.choice(SEGMENTS))
    kept = [part for part in parts if part != ".."]  # the Worker's URL parser resolves these
    safe = "".join(letter for letter in "aeiv/~()+" if chance.choice((True, False)))
    encoded = "/".join(quote(part, safe=safe) for part in kept)
    encoded = encoded.replace("%2F", chance.choice(("%2F", "%2f", "/")))
    return "/" + encoded.lstrip("/")


def is_routed(app: FastAPI, scope: dict[str, Any]) -> bool:
    """Return whether an endpoint handles a request, without calling it."""
    return any(route.matches(dict(scope))[0] is Match.FULL for route in app.router.routes)


async def ask(app: FastAPI, scope: dict[str, Any]) -> dict[str, Any]:
    """Let the app refuse a request.

    Returns:
        The status, the `Allow` header, and the problem document.
    """
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    start, body = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
    allow = Headers(raw=start["headers"]).get("allow")
    return {"status": start["status"], "allow": allow, "body": json.loads(body) if body else None}


async def judge(app: FastAPI, kind: str, method: str, path: str) -> dict[str, Any]:
    """Return how the app handles a request: 200 stands for any endpoint's response."""
    request = {"method": method, "path": path, "websocket": kind == "websocket"}
    scope: dict[str, Any] = {
        "type": kind,
        "path": unquote(path),
        "query_string": b"",
        "headers": [],
    }
    if kind == "websocket":  # uvicorn responds with 403 for the app
        return {**request, "status": 200 if is_routed(app, scope) else 403}
    for tried in ("GET", method) if method == "HEAD" else (method,):
        if is_routed(app, {**scope, "method": tried}):
            return {**request, "status": 200}
    return {**request, **await ask(app, {**scope, "method": method})}


async def examine(name: str, app: FastAPI) -> dict[str, Any]:
    """Describe an app's routes, and how it handles many requests."""
    chance = random.Random(name)
    table = describe_routes(app)
    paths = [row["path"] for row in table["routes"]]
    requests = []
    for _ in range(REQUESTS):
        path, method = make_path(chance, paths), chance.choice(METHODS)
        kind = "websocket" if chance.random() < SHARES["for a WebSocket"] else "http"
        requests.append(await judge(app, kind, method, path))
    return {"name": name, "table": table, "requests": requests}


async def main() -> None:
    """Print how both apps handle requests."""
    logging.disable()
    examined = [
        await examine("the app", create_app()),
        await examine("every kind of route", full_app()),
    ]
    sys.stdout.write(json.dumps(examined))


if __name__ == "__main__":
    asyncio.run(main())
