"""The answers in the pictures, in place of a generated app's `answer.py`."""

import asyncio
import re
from collections.abc import AsyncGenerator

from app.chat.conversation import Message
from app.chat.events import SourceEvent, StatusEvent, StreamEvent

SECONDS_PER_TOKEN = 0.03

STATUSES = ("Searching…", "Reading 2 pages…")

SOURCES = {
    "Rainbow": "https://en.wikipedia.org/wiki/Rainbow",
    "What causes a rainbow?": "https://scijinks.gov/rainbow/",
}

FIRST_ANSWER = """\
A rainbow forms when sunlight **bends, reflects, and bends again** inside raindrops. Each color \
leaves a drop at its own angle, so you see a bow with red on the outside.

| color | angle to the sunlight |
| --- | ---: |
| red | 42.4° |
| yellow | 41.7° |
| violet | 40.6° |
"""

NEXT_ANSWER = """\
The angle follows from Snell's law. This finds the smallest deflection, which is where \
the light is brightest:

```python
from math import asin, degrees, sin

def deflection(angle: float, index: float = 1.333) -> float:
    return 180 + degrees(2 * angle - 4 * asin(sin(angle) / index))

smallest = min(deflection(step / 1000) for step in range(1, 1570))
print(f"{180 - smallest:.1f}°")  # 42.1°
```
"""


async def answer(messages: list[Message]) -> AsyncGenerator[str | StreamEvent]:
    """Answer the first question with sources and a table, and any further one with code.

    Args:
        messages: The conversation, oldest first.

    Yields:
        The next piece of text, or an event.
    """
    is_first = len(messages) == 1
    if is_first:
        for status in STATUSES:
            yield StatusEvent(text=status)
            await asyncio.sleep(0.8)
        for title, url in SOURCES.items():
            yield SourceEvent(title=title, url=url)
    for token in re.findall(r"\s*\S{1,8}", FIRST_ANSWER if is_first else NEXT_ANSWER):
        yield token
        await asyncio.sleep(SECONDS_PER_TOKEN)
