"""Serve the app for the tests in e2e/: `python -m tests.serve`.

Its answers are scripted, and the WebSocket `/api/echo` sends back what it gets.
"""

import sys

from fastapi import FastAPI, WebSocket

from app.chat.stream import Answer
from app.main import create_app
from app.routes.stream import get_answer
from app.server.run import run
from tests.scripted import answer


async def get_scripted_answer() -> Answer:
    """Provide the scripted answer in place of the app's own."""
    return answer


async def echo(websocket: WebSocket) -> None:
    """Send back each text."""
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


def create_scripted_app() -> FastAPI:
    """Create the app that the tests use.

    Returns:
        The real app, with the scripted answer and the echo.
    """
    app = create_app()
    app.dependency_overrides[get_answer] = get_scripted_answer
    app.add_api_websocket_route("/api/echo", echo)
    return app


if __name__ == "__main__":
    sys.exit(run("tests.serve:create_scripted_app"))
