"""An answer whose pieces say when they were made."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any


async def answer(messages: list[Any]) -> AsyncGenerator[str]:
    """Yield so many pieces, 20 ms apart, each the Unix time in seconds."""
    for _ in range(int(messages[-1].content)):
        await asyncio.sleep(0.02)
        yield repr(time.time())
