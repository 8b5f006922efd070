"""The app's routes as a table: which paths, methods, and WebSockets it answers."""

import json
import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount, Route, WebSocketRoute

ANYTHING = {"path": "/{rest:any}", "methods": ["*"], "websocket": True}
"""The row of a route whose paths only the app knows."""

UNKNOWN_PARAMETER = re.compile(r"\{(\w+):(?!(?:str|int|float|path|uuid)\})\w+\}")
"""A path parameter such as `{item_id:color}`, whose type only the app knows."""


def describe_route(context: RouteContext) -> dict[str, Any]:
    """Describe a route: its path and methods, `*` for any, and whether it is for WebSockets."""
    path = UNKNOWN_PARAMETER.sub(r"{\1:any}", context.path or "")
    if isinstance(context.original_route, Route):
        return {"path": path, "methods": sorted(context.methods or ["*"])}
    if isinstance(context.original_route, WebSocketRoute):
        return {"path": path, "methods": [], "websocket": True}
    if isinstance(context.original_route, Mount):
        return {**ANYTHING, "path": path + "/{path:path}"}
    return ANYTHING


def describe_slash_redirects(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Describe the paths at which the app redirects to one with, or without, a slash at the end."""
    for row in rows:
        path = row["path"]
        other = path.rstrip("/") if path.endswith("/") else f"{path}/"
        yield {"path": other, "methods": ["*"]}


def describe_routes(app: FastAPI) -> dict[str, Any]:
    """Describe the requests that an app with all of its routes answers with neither 404 nor 405.

    `preflight` is whether a middleware answers OPTIONS at any path.
    """
    rows = [describe_route(context) for context in iter_route_contexts(app.routes)]
    if app.router.redirect_slashes:
        rows += describe_slash_redirects(rows)
    classes = [middleware.cls for middleware in app.user_middleware]
    preflight = any(isinstance(one, type) and issubclass(one, CORSMiddleware) for one in classes)
    return {"preflight": preflight, "routes": rows}


def format_table(table: dict[str, Any]) -> str:
    """Format the table as JSON with a line for each route."""
    rows = ",\n".join("    " + json.dumps(row) for row in table["routes"])
    preflight = json.dumps(table["preflight"])
    return '{\n  "preflight": ' + preflight + ',\n  "routes": [\n' + rows + "\n  ]\n}\n"
