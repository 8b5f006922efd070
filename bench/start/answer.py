"""An answer of as many words as the last message says, with so many seconds between them."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any


async def answer(messages: list[Any]) -> AsyncGenerator[str]:
    """Answer with the words."""
    words, seconds = messages[-1].content.split()
    for _ in range(int(words)):
        yield "word "
        await asyncio.sleep(float(seconds))
