"""The answer behind `useChat`; the last message controls it."""

import asyncio
from collections.abc import AsyncGenerator

from app.chat import AnswerError, Message, SourceEvent, StatusEvent, StreamEvent

cancelled: list[str] = []


async def answer(messages: list[Message]) -> AsyncGenerator[str | StreamEvent]:
    """Answer.

    Args:
        messages: The conversation. The last message `fail` fails after some text, `wait` waits
            until the client leaves, `who left?` returns the answers that clients didn't wait for,
            and any other message returns the conversation, after a status and a source.

    Raises:
        AnswerError: The message is `fail`.
    """
    prompt = messages[-1].content
    if prompt == "who left?":
        yield ", ".join(cancelled)
        return
    if prompt == "wait":
        try:
            yield "Waiting "
            yield StatusEvent(text="Waiting for you…")
            await asyncio.sleep(60)
        finally:
            cancelled.append(prompt)
    yield "You said: "
    if prompt == "fail":
        raise AnswerError("Ask about one city.")
    yield SourceEvent(title="A page", url="https://example.com/page")
    for message in messages:
        yield f"[{message.role}] {message.content} "
