"""A scripted answer that replaces a project's own `app/answer.py` in tests."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from typing import Any

log = logging.getLogger(__name__)


async def answer(messages: list[Any]) -> AsyncGenerator[str]:
    """Answer a last message "N S [SIZE]" with N pieces, S seconds apart.

    Args:
        messages: The conversation. Text without numbers is treated as "40 0.03".

    Yields:
        The piece's creation time, on a clock that all processes on the machine share, padded to
        SIZE characters.
    """
    prompt = messages[-1].content
    number, seconds, *size = prompt.split() if prompt[0].isdigit() else ("40", "0.03")
    try:
        for _ in range(int(number)):
            yield str(time.monotonic()).ljust(int(size[0]) if size else 0, ".")
            await asyncio.sleep(float(seconds))
    except (asyncio.CancelledError, GeneratorExit):  # the latter while waiting for the client
        log.info("cancelled: %s", prompt)
        raise
    log.info("finished: %s", prompt)
