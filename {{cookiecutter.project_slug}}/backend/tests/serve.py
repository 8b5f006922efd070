"""Serve the app for the tests in e2e/: `python -m tests.serve`.

Its answers are scripted, the WebSocket `/api/echo` sends back what it gets, and `/api/url` the URL
of the request.
"""

import sys

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import PlainTextResponse

from app.chat.stream import provide
from app.main import create_app
from app.routes.stream import get_answer
from app.server.run import run
from tests.scripted import answer


async def echo(websocket: WebSocket) -> None:
    """Send back each text."""
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


async def url(request: Request) -> str:
    """Return the URL of the request, as redirects name it."""
    return str(request.url)


def create_scripted_app() -> FastAPI:
    """Create the app that the tests use.

    Returns:
        The real app, with the scripted answer and the echo.
    """
    app = create_app()
    app.dependency_overrides[get_answer] = provide(answer)
    app.add_api_websocket_route("/api/echo", echo)
    app.add_api_route("/api/url", url, response_class=PlainTextResponse)
    return app


if __name__ == "__main__":
    sys.exit(run("tests.serve:create_scripted_app"))
