"""An answer to test with: the prompt "N S" gets N pieces, S seconds apart.

Each piece is the time at which it was made.
"""

import asyncio
import time
from collections.abc import AsyncGenerator


async def answer(prompt: str) -> AsyncGenerator[str]:
    """Yield the monotonic time, which the host's processes share, as often as is asked."""
    pieces, seconds = prompt.split()
    for _ in range(int(pieces)):
        yield f"{time.monotonic()}"
        await asyncio.sleep(float(seconds))
