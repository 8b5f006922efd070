"""Ask a model in a test."""

import asyncio
from contextlib import aclosing

from app.chat.conversation import Message
from app.chat.events import AnswerError, DoneEvent, StatusEvent
from app.model.client import Model
from app.settings import Settings
from tests.provider import Provider

KEY = "sk-test-123456"
Piece = str | StatusEvent | DoneEvent


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
        await model.close()
        return pieces

    return asyncio.run(collect())


def user(content: str) -> Message:
    """Write a message of the user."""
    return Message(role="user", content=content)


def text(pieces: list[Piece | Exception]) -> str:
    """Join the pieces of text."""
    return "".join(piece for piece in pieces if isinstance(piece, str))
