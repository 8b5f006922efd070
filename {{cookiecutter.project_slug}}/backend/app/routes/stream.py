"""`POST /stream`: a prompt in, the events of its answer out."""

from codecs import getincrementaldecoder
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints

from app.answer import answer
from app.events import DoneEvent, ErrorEvent, StreamEvent, TokenEvent
from app.settings import SettingsDep
from app.sse import EventStream

FAILURE = ErrorEvent(detail="The answer ended early because of an error on the server.")

Answer = Callable[[str], AsyncGenerator[str]]

router = APIRouter()
utf16_decoder = getincrementaldecoder("utf-16-le")


async def get_answer() -> Answer:
    """Provide the function that answers prompts; tests override this."""
    return answer


class StreamRequest(BaseModel):
    """What to answer."""

    prompt: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)
    ]


async def whole_characters(pieces: AsyncGenerator[str]) -> AsyncGenerator[str]:
    """Join the halves of characters that were split between two pieces.

    Models split emoji into UTF-16 surrogates, which UTF-8 can't encode.

    Args:
        pieces: text that may hold surrogates.

    Yields:
        The same text without surrogates: a half without its other half becomes U+FFFD.

    Raises:
        TypeError: a piece is no string.
    """
    decoder = utf16_decoder(errors="replace")
    async with aclosing(pieces):
        async for piece in pieces:
            if not isinstance(piece, str):
                raise TypeError(f"answer() has to yield str, not {type(piece).__name__}")
            yield decoder.decode(piece.encode("utf-16-le", "surrogatepass"))
    yield decoder.decode(b"", final=True)


async def stream_events(answer: Answer, prompt: str) -> AsyncGenerator[StreamEvent]:
    """Turn the pieces of an answer into events.

    Args:
        answer: the function that answers; an empty piece makes no event.
        prompt: what to answer.

    Yields:
        A `token` event for each piece, then `done`.
    """
    tokens = 0
    async with aclosing(whole_characters(answer(prompt))) as texts:
        async for text in texts:
            if text:
                tokens += 1
                yield TokenEvent(text=text)
    yield DoneEvent(tokens=tokens)


@router.post(
    "/stream",
    response_class=EventStream,
    responses={200: {"model": StreamEvent, "description": "The events of the answer."}},
)
async def stream(
    request: StreamRequest, answer: Annotated[Answer, Depends(get_answer)], settings: SettingsDep
) -> EventStream:
    """Answer a prompt as a stream of events."""
    return EventStream(
        stream_events(answer, request.prompt),
        failure=FAILURE,
        heartbeat_seconds=settings.heartbeat_seconds,
    )
