"""`POST /stream`: a prompt in, the events of the answer out."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from app.answer import answer
from app.events import DoneEvent, ErrorEvent, TokenEvent
from app.settings import settings
from app.sse import EventStream

router = APIRouter()
log = logging.getLogger(__name__)


class StreamRequest(BaseModel):
    """What to answer."""

    prompt: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)
    ]


async def events(prompt: str) -> AsyncGenerator[TokenEvent | DoneEvent | ErrorEvent]:
    """Turn the pieces of an answer into events.

    Args:
        prompt: what to answer.

    Yields:
        A `token` event for each piece, then `done`, or `error` if the answer broke off.
    """
    tokens = 0
    try:
        async with aclosing(answer(prompt)) as pieces:
            async for text in pieces:
                yield TokenEvent(text=text)
                tokens += 1
    except Exception:
        log.exception("the answer broke off after %d tokens", tokens)
        yield ErrorEvent(detail="The answer broke off because of an error on the server.")
        return
    yield DoneEvent(tokens=tokens)


@router.post(
    "/stream",
    status_code=200,
    response_class=EventStream,
    response_description="The events of the answer, one JSON document each.",
)
async def stream(request: StreamRequest) -> EventStream:
    """Answer a prompt as a stream of events."""
    return EventStream(events(request.prompt), settings().heartbeat_seconds)
