"""The stream of an answer: what `answer()` yields, as the events of `POST /stream`."""

import inspect
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Concatenate, ParamSpec

from app.chat import (
    AnswerError,
    DoneEvent,
    ErrorEvent,
    Message,
    SourceEvent,
    StatusEvent,
    StreamEvent,
    TokenEvent,
)

FAILURE = ErrorEvent(detail="The answer ended early because of an error on the server.")

Pieces = AsyncGenerator[str | StreamEvent]
Answer = Callable[[list[Message]], Pieces]

Others = ParamSpec("Others")

log = logging.getLogger(__name__)


def provide(
    answer: Callable[Concatenate[list[Message], Others], Pieces],
) -> Callable[Others, Awaitable[Answer]]:
    """Make a dependency that provides an answer.

    The first parameter of `answer` is the conversation. FastAPI fills the others, like those of an
    endpoint.
    """
    _, *others = inspect.signature(answer, eval_str=True).parameters.values()

    async def get_answer(*args: Others.args, **kwargs: Others.kwargs) -> Answer:
        return lambda messages: answer(messages, *args, **kwargs)

    vars(get_answer)["__signature__"] = inspect.Signature(others)  # which FastAPI reads
    return get_answer


async def stream_events(answer: Answer, messages: list[Message]) -> AsyncGenerator[StreamEvent]:
    """Turn the pieces of an answer into events: a `token` for each text, and the answer's own.

    The last event is `done`, with the number of tokens, or `error`. A piece that is neither text
    nor an event raises `TypeError`.
    """
    done = DoneEvent()
    tokens = 0
    try:
        async with aclosing(answer(messages)) as pieces:
            async for piece in pieces:
                match piece:
                    case str() if piece:
                        tokens += 1
                        yield TokenEvent(text=encodable(piece))
                    case TokenEvent() if piece.text:
                        tokens += 1
                        yield piece
                    case "" | TokenEvent():
                        pass
                    case DoneEvent():
                        done = piece
                    case StatusEvent() | SourceEvent():
                        yield piece
                    case ErrorEvent():
                        raise AnswerError(piece.detail)
                    case _:
                        kind = type(piece).__name__
                        raise TypeError(f"answer() has to yield str or an event, not {kind}")
    except AnswerError as error:
        log.warning("The answer ended after %d tokens: %s", tokens, error)
        yield ErrorEvent(detail=str(error))
    else:
        yield DoneEvent(tokens=tokens, usage=done.usage)


def encodable(text: str) -> str:
    """Replace unpaired surrogates, which UTF-8 can't encode, with U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
