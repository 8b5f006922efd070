"""Where the answers come from: the file to edit."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from app.chat import Message, StreamEvent
from app.chat.default_answer import answer_without_model
from app.model import ModelDep

SYSTEM_PROMPT = "You are a helpful assistant. Answer briefly and precisely, in Markdown."


async def answer(messages: list[Message], model: ModelDep) -> AsyncGenerator[str | StreamEvent]:
    """Answer a conversation.

    FastAPI fills the parameters after `messages`, like those of an endpoint: add a `Request`, or a
    dependency such as `pool: PoolDep` for a pool that `lifespan` in main.py has opened. Tests
    replace a dependency with `dependency_overrides`.

    Each piece is sent to the client as soon as it is yielded. When the client disconnects,
    `asyncio.CancelledError` is raised at the current `await`, so use `async with` and `finally`
    to release resources. Keep the function asynchronous: a blocking call stops every stream.

    Args:
        messages: the conversation, oldest first; the last message is the user's.
        model: the model that the settings name, if they name one.

    Yields:
        The next piece of text, or an event: `StatusEvent(text="Searching…")` says what the user is
        waiting for, `SourceEvent(title=…, url=…)` names a page that the answer draws on.

    Raises:
        AnswerError: the answer ends with this sentence for the user. Any other exception is
            logged, and the user gets a general sentence.
    """
    if not model:
        pieces = answer_without_model(messages[-1].content)
    else:
        pieces = model.ask(SYSTEM_PROMPT, messages)
    async with aclosing(pieces):
        async for piece in pieces:
            yield piece
