"""Where the answers come from. This is the file to replace: put your model call here."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator

WORDS_PER_MINUTE_READ = 238
"""Silent reading of English non-fiction: Brysbaert 2019, doi:10.1016/j.jml.2019.104047."""

SECONDS_BETWEEN_WORDS = 0.03


async def answer(prompt: str) -> AsyncGenerator[str]:
    """Yield the answer to a prompt in pieces, each sent to the client the moment it is made.

    To call a model, yield the pieces of its stream instead:

        async for chunk in client.stream(prompt):
            yield chunk.text

    When the client goes away, `asyncio.CancelledError` is raised at the `await` that is under
    way, so `async with` and `finally` release what the call holds. Any other exception reaches
    the client as an `error` event. Keep it asynchronous: a blocking call stops every stream.

    Args:
        prompt: what the user typed, 1 to 10,000 characters.

    Yields:
        The next piece of text; the pieces joined are the answer.
    """
    for word in re.findall(r"\S+\s*", describe(prompt)):
        yield word
        await asyncio.sleep(SECONDS_BETWEEN_WORDS)


def describe(prompt: str) -> str:
    """Describe a text: its length, the time it takes to read, and the words it repeats.

    Args:
        prompt: any text.

    Returns:
        Two paragraphs in plain English.
    """
    words = re.findall(r"\w+(?:['\u2019]\w+)*", prompt)
    sentences = [part for part in re.split(r"[.!?…]+(?:\s|$)", prompt) if part.strip()]
    seconds = round(len(words) / WORDS_PER_MINUTE_READ * 60)
    repeated = [
        f"“{word}” ({times} times)"
        for word, times in Counter(word.lower() for word in words).most_common(3)
        if times > 1
    ]
    longest = max(words, key=len, default="")
    facts = [
        f"You wrote {count(len(words), 'word')}, {count(len(sentences), 'sentence')} and "
        f"{count(len(prompt), 'character')} in all."
    ]
    if words:
        facts.append(f"Reading them takes about {count(max(seconds, 1), 'second')}.")
        facts.append(f"The longest word is “{longest}”.")
    if repeated:
        facts.append(f"You repeat {', '.join(repeated)}.")
    return (
        " ".join(facts)
        + "\n\nThis answer was computed by backend/app/answer.py, without any outside "
        "service, and streamed word by word. Put your model call there."
    )


def count(number: int, noun: str) -> str:
    """Write a number with its noun, as in `1 word` or `1,200 words`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
