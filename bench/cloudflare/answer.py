"""An answer whose pieces contain their creation time."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any


async def answer(messages: list[Any]) -> AsyncGenerator[str]:
    """Yield a number of pieces, 20 ms apart; each is the Unix time in seconds."""
    for _ in range(int(messages[-1].content)):
        await asyncio.sleep(0.02)
        yield repr(time.time())
