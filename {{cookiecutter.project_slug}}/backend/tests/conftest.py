"""What the tests share."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import httpx2
import pytest
import uvicorn
from fastapi.testclient import TestClient

from app import settings
from app.main import create_app

Answer = Callable[[str], AsyncGenerator[str]]


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    """Read the settings anew in each test."""
    settings.settings.cache_clear()
    settings.platform.cache_clear()
    yield
    settings.settings.cache_clear()
    settings.platform.cache_clear()


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A client that calls the app without a network."""
    with TestClient(create_app(), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def answer_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], None]:
    """Replace the answer for one test."""
    return lambda answer: monkeypatch.setattr("app.routes.stream.answer", answer)


@contextmanager
def serve() -> Iterator[httpx2.Client]:
    """Serve the app on a free port, for what only a real connection shows."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(), log_config=None, lifespan="off"))
        thread = Thread(target=asyncio.run, args=(server.serve([listener]),))
        thread.start()
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(timeout=10)
