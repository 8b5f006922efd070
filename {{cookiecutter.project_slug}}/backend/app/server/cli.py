"""Print what the code declares, without a server: `python -m app.server.cli --help`."""

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount, Route, WebSocketRoute

from app import settings
from app.server.platform import find_errors, report

ANYTHING = {"path": "/{rest:any}", "methods": ["*"], "websocket": True}
"""The row of a route whose paths only the app knows."""

UNKNOWN_PARAMETER = re.compile(r"\{(\w+):(?!(?:str|int|float|path|uuid)\})\w+\}")
"""A path parameter such as `{item_id:color}`, whose type only the app knows."""


def create_plain_app() -> FastAPI:
    """Create the app as its code declares it, whatever settings this machine has."""
    # the settings can be listed and checked even if the app can't be imported
    from app.main import create_app  # noqa: PLC0415

    for name in list(os.environ):
        if name.lower() in settings.Settings.model_fields:
            del os.environ[name]
    settings.Settings.model_config["secrets_dir"] = None
    return create_app(settings.Settings.model_construct())


def print_openapi() -> int:
    """Print the OpenAPI document."""
    from app.web.openapi import NameClashError  # noqa: PLC0415

    try:
        document = create_plain_app().openapi()
    except NameClashError as error:
        sys.exit(str(error))
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    return 0


def print_routes() -> int:
    """Print the paths and methods that the app answers."""
    table = describe_routes(create_plain_app())
    preflight = json.dumps(table["preflight"])
    rows = ",\n".join(f"    {json.dumps(row)}" for row in table["routes"])
    sys.stdout.write('{\n  "preflight": ' + preflight + ',\n  "routes": [\n' + rows + "\n  ]\n}\n")
    return 0


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


def describe_routes(app: FastAPI) -> dict[str, Any]:
    """Describe the requests that an app with all of its routes answers with neither 404 nor 405.

    `preflight` is whether a middleware answers OPTIONS at any path.
    """
    rows = [describe_route(context) for context in iter_route_contexts(app.routes)]
    if app.router.redirect_slashes:
        # each path without a slash at the end redirects to the one with it, or the reverse
        for path in [row["path"] for row in rows]:
            other = path.rstrip("/") if path.endswith("/") else f"{path}/"
            rows.append({"path": other, "methods": ["*"]})
    classes = [middleware.cls for middleware in app.user_middleware]
    preflight = any(isinstance(one, type) and issubclass(one, CORSMiddleware) for one in classes)
    return {"preflight": preflight, "routes": rows}


def print_settings() -> int:
    """Print the names of the required and the optional settings."""
    names: dict[str, list[str]] = {"required": [], "optional": []}
    for name, field in settings.Settings.model_fields.items():
        names["required" if field.is_required() else "optional"].append(name.upper())
    sys.stdout.write(json.dumps(names) + "\n")
    return 0


def check_settings() -> int:
    """Print a sentence for each setting that is missing or not valid, with exit status 2."""
    sentences = find_errors()
    return report(*sentences) if sentences else 0


COMMANDS: dict[str, Callable[[], int]] = {
    "openapi": print_openapi,
    "routes": print_routes,
    "settings": print_settings,
    "check-settings": check_settings,
}


def main(arguments: Sequence[str]) -> int:
    """Run one command, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m app.server.cli", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        commands.add_parser(name, help=function.__doc__)
    return COMMANDS[parser.parse_args(arguments).command]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
