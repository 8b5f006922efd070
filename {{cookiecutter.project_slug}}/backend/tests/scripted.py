"""An answer that tests control through the prompt, instead of a model."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import islice, repeat

from app.chat import Message, StreamEvent
from app.model import ModelDep

MODEL_PREFIX = "model: "
SCRIPT = re.compile(r"(?P<pieces>\d+) (?P<seconds>\d+(?:\.\d+)?)(?: (?P<size>\d+))?")

DEFAULT_PIECES = 42
DEFAULT_SECONDS = 0.03


async def answer(messages: list[Message], model: ModelDep) -> AsyncGenerator[str | StreamEvent]:
    """Yield what the last message asks for.

    Args:
        messages: the conversation. Its last message `N S [SIZE]` yields N numbered pieces, S
            seconds apart, each padded to SIZE characters; `fail` fails after two pieces;
            `model: TEXT` asks the model that the settings name for TEXT; any other message is
            quoted in 42 pieces.
        model: the model that the settings name.

    Yields:
        The next piece.

    Raises:
        RuntimeError: the message is `fail`.
    """
    prompt = messages[-1].content
    if prompt == "fail":
        yield "one "
        yield "two "
        raise RuntimeError("the message asked for this")
    if prompt.startswith(MODEL_PREFIX):
        assert model, "no model is configured"
        async with aclosing(model.ask("Be brief.", without_prefix(messages))) as events:
            async for event in events:
                yield event
        return
    script = SCRIPT.fullmatch(prompt)
    if script:
        seconds = float(script["seconds"])
        size = int(script["size"] or 0)
        pieces = [f"{number} ".ljust(size, ".") for number in range(int(script["pieces"]))]
    else:
        seconds = DEFAULT_SECONDS
        pieces = list(islice(repeat(f"“{prompt[:40]}” "), DEFAULT_PIECES))
    for piece in pieces:
        yield piece
        await asyncio.sleep(seconds)


def without_prefix(messages: list[Message]) -> list[Message]:
    """Take the prefix off all messages that have it."""
    return [
        Message(role=message.role, content=message.content.removeprefix(MODEL_PREFIX))
        for message in messages
    ]
