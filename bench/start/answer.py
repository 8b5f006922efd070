"""An answer whose last message gives the number of words and the seconds between them."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any


async def answer(messages: list[Any]) -> AsyncGenerator[str]:
    """Yield the words."""
    words, seconds = messages[-1].content.split()
    for _ in range(int(words)):
        yield "word "
        await asyncio.sleep(float(seconds))
