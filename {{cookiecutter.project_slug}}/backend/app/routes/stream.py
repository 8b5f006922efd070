"""`POST /stream`: a conversation in, the events of its answer out."""

import logging
from codecs import getincrementaldecoder
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends

from app.answer import answer
from app.conversation import Conversation, Message
from app.events import (
    AnswerError,
    DoneEvent,
    ErrorEvent,
    SourceEvent,
    StatusEvent,
    StreamEvent,
    TokenEvent,
)
from app.settings import SettingsDep
from app.sse import EventStream

FAILURE = ErrorEvent(detail="The answer ended early because of an error on the server.")

Answer = Callable[[list[Message]], AsyncGenerator[str | StreamEvent]]

router = APIRouter()
log = logging.getLogger(__name__)
utf16_decoder = getincrementaldecoder("utf-16-le")


async def get_answer() -> Answer:
    """Provide the function that answers; tests override this."""
    return answer


async def whole_characters(
    pieces: AsyncGenerator[str | StreamEvent],
) -> AsyncGenerator[str | StreamEvent]:
    """Join the halves of characters that were split between two pieces.

    Models split emoji into UTF-16 surrogates, which UTF-8 can't encode.

    Args:
        pieces: text that may hold surrogates, and events, which pass unchanged.

    Yields:
        The same text without surrogates: a half without its other half becomes U+FFFD.
    """
    decoder = utf16_decoder(errors="replace")
    async with aclosing(pieces):
        async for piece in pieces:
            text = piece.text if isinstance(piece, TokenEvent) else piece
            if isinstance(text, str):
                # most text is ASCII, which needs no decoder unless a half is left in it
                if not text.isascii() or decoder.getstate()[0]:
                    text = decoder.decode(text.encode("utf-16-le", "surrogatepass"))
                yield text
            else:
                yield piece
    yield decoder.decode(b"", final=True)


async def stream_events(answer: Answer, messages: list[Message]) -> AsyncGenerator[StreamEvent]:
    """Turn the pieces of an answer into events.

    Args:
        answer: the function that answers; an empty piece makes no event.
        messages: what to answer.

    Yields:
        A `token` event for each piece of text, and the events of the answer. The last event is
        `done`, with the number of tokens, or `error`.

    Raises:
        TypeError: a piece is neither text nor an event.
    """
    done = DoneEvent()
    tokens = 0
    try:
        async with aclosing(whole_characters(answer(messages))) as pieces:
            async for piece in pieces:
                match piece:
                    case "":
                        pass
                    case str():
                        tokens += 1
                        yield TokenEvent(text=piece)
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


@router.post(
    "/stream",
    response_class=EventStream,
    responses={200: {"model": StreamEvent, "description": "The events of the answer."}},
)
async def stream(
    conversation: Conversation,
    answer: Annotated[Answer, Depends(get_answer)],
    settings: SettingsDep,
) -> EventStream:
    """Answer a conversation as a stream of events."""
    return EventStream(
        stream_events(answer, conversation.messages),
        failure=FAILURE,
        heartbeat_seconds=settings.heartbeat_seconds,
    )
