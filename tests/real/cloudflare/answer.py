"""An answer that tests steer: a prompt `40 0.1` gives 40 pieces, 0.1 s apart."""

import asyncio
import logging
from collections.abc import AsyncGenerator

PIECE = 1000
log = logging.getLogger(__name__)


async def answer(prompt: str) -> AsyncGenerator[str]:
    """Yield pieces; a third number in the prompt is the size of each."""
    number, seconds, *size = prompt.split()
    try:
        for index in range(int(number)):
            await asyncio.sleep(float(seconds))
            yield str(index).ljust(int(size[0]) if size else 0, ".")
    except asyncio.CancelledError:
        log.info("cancelled: %s", prompt)
        raise
    log.info("finished: %s", prompt)
