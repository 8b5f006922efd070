"""Fixtures and helpers for all tests."""

import asyncio
import itertools
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from functools import cache
from threading import Thread

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.chat import AnswerError, DoneEvent, Message, StatusEvent
from app.chat.stream import Pieces, provide
from app.main import create_app
from app.model.client import Model
from app.routes.stream import get_answer
from app.server.platform import Listener, Platform, load_platform
from app.settings import Settings, load_settings
from tests.provider import Provider, running_provider

KEY = "sk-test-123456"
Piece = str | StatusEvent | DoneEvent

create_tls_context = cache(ssl.create_default_context)


def forget_settings() -> None:
    """Read the settings again when they are next asked for."""
    load_settings.cache_clear()
    load_platform.cache_clear()


@pytest.fixture(autouse=True)
def _default_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run each test with the default settings, whatever is exported or mounted on the machine."""
    ours = {
        str(field.validation_alias or name).upper()
        for model in (Settings, Platform, Listener)
        for name, field in model.model_fields.items()
    }
    for name in os.environ:
        if name.upper() in ours:
            monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "secrets_dir", None)
    forget_settings()
    yield
    forget_settings()


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> Settings:
    """The app's settings: the defaults, except for what a test's `mark.settings` sets.

    A module whose settings aren't constants overrides this fixture.
    """
    marker = request.node.get_closest_marker("settings")
    return Settings(**marker.kwargs) if marker else Settings()


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """The app, for tests that override its dependencies or add endpoints."""
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client that calls the app without a network, inside the app's lifespan."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


AnswerWith = Callable[[Callable[..., Pieces]], None]


@pytest.fixture
def answer_with(app: FastAPI) -> AnswerWith:
    """Replace the answer for one test."""

    def replace(answer: Callable[..., Pieces]) -> None:
        app.dependency_overrides[get_answer] = provide(answer)

    return replace


def conversation(*contents: object) -> dict[str, object]:
    """Write a request; the user and the assistant take turns."""
    roles = itertools.cycle(["user", "assistant"])
    return {
        "messages": [
            {"role": role, "content": content}
            for role, content in zip(roles, contents, strict=False)
        ]
    }


@contextmanager
def serve(app: FastAPI, grace_seconds: int = 5) -> Iterator[httpx2.Client]:
    """Serve an app on a free port, for tests that need a real connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app,
            log_config=None,
            ws="app.server.run:open_websocket",
            timeout_graceful_shutdown=grace_seconds,
        )
        server = uvicorn.Server(config)
        thread = Thread(target=asyncio.run, args=(server.serve([listener]),))
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with httpx2.Client(base_url=address, trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(timeout=grace_seconds + 5)


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """A model provider on this machine."""
    with running_provider() as provider:
        yield provider


@pytest.fixture
def _quick_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry at once unless the provider asks for a pause, and read the certificates once."""
    monkeypatch.setattr("app.model.errors.RETRY_SECONDS", 0.01)
    monkeypatch.setattr("ssl.create_default_context", create_tls_context)


def settings_for(provider: Provider, **values: object) -> Settings:
    """Configure a model at the provider."""
    defaults = {
        "model_api_key": KEY,
        "model_name": "test-model",
        "model_base_url": provider.url,
        "model_connect_seconds": 2,
        "model_idle_seconds": 3,
    }
    return Settings.model_validate(defaults | values)


def ask(settings: Settings, *prompts: str) -> list[Piece | Exception]:
    """Ask one model one question after the other.

    Returns:
        The pieces of all answers; an exception takes the place of the pieces that it cut off.
    """

    async def collect() -> list[Piece | Exception]:
        model = Model(settings)
        pieces: list[Piece | Exception] = []
        for prompt in prompts:
            try:
                async with aclosing(model.ask("Be brief.", [user(prompt)])) as answer:
                    async for piece in answer:
                        pieces.append(piece)  # noqa: PERF401 - kept if the answer breaks off
            except AnswerError as error:
                pieces.append(error)
        await model.aclose()
        return pieces

    return asyncio.run(collect())


def user(content: str) -> Message:
    """Write a message of the user."""
    return Message(role="user", content=content)


def text(pieces: list[Piece | Exception]) -> str:
    """Join the pieces of text."""
    return "".join(piece for piece in pieces if isinstance(piece, str))
