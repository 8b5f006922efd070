"""`POST /stream`: takes a conversation and streams the events of its answer."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.answer import answer
from app.chat import Conversation, StreamEvent
from app.chat.stream import FAILURE, Answer, provide, stream_events
from app.settings import SettingsDep
from app.web.sse import EventStream

router = APIRouter()


get_answer = provide(answer)
"""Gives an endpoint the function that answers; tests override it."""


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
