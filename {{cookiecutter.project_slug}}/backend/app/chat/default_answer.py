"""The answer of an app without a model. It needs no key and no network; delete it with its use."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator

WORDS_PER_MINUTE_READ = 238
"""Silent reading of English non-fiction: Brysbaert 2019, doi:10.1016/j.jml.2019.104047."""

SECONDS_BETWEEN_WORDS = 0.03


async def describe(message: str) -> AsyncGenerator[str]:
    """Describe a message, word by word.

    Args:
        message: what the user wrote.

    Yields:
        The next word.
    """
    for word in re.findall(r"\S+\s*", description_of(message)):
        yield word
        await asyncio.sleep(SECONDS_BETWEEN_WORDS)


def description_of(text: str) -> str:
    """Describe a text: its length, the time it takes to read, and the words it repeats.

    Args:
        text: any text.

    Returns:
        Two paragraphs in plain English.
    """
    words = re.findall(r"\w+(?:['\u2019]\w+)*", text)
    sentences = [part for part in re.split(r"[.!?…]+(?:\s|$)", text) if part.strip()]
    seconds = round(len(words) / WORDS_PER_MINUTE_READ * 60)
    repeated = [
        f"`{word}` ({times} times)"
        for word, times in Counter(word.lower() for word in words).most_common(3)
        if times > 1
    ]
    longest = max(words, key=len, default="")
    facts = [
        f"You wrote {count(len(words), 'word')}, {count(len(sentences), 'sentence')} and "
        f"{count(len(text), 'character')} in all."
    ]
    if words:
        facts.append(f"Reading them takes about {count(max(seconds, 1), 'second')}.")
        facts.append(f"The longest word is `{longest}`.")
    if repeated:
        facts.append(f"You repeat {', '.join(repeated)}.")
    return (
        " ".join(facts)
        + "\n\nNo model is configured, so this answer comes from `backend/app/default_answer.py`. "
        "Set `MODEL_API_KEY` and `MODEL_NAME` in `.env` to talk to a model."
    )


def count(number: int, noun: str) -> str:
    """Write a number with its noun, as in `1 word` or `1,200 words`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
