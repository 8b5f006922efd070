"""The events of `POST /stream`. The frontend's types are generated from these models."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType

from app.web.sse import Event


class TokenEvent(Event):
    """The next piece of the answer."""

    event: Literal["token"] = "token"
    text: str


class StatusEvent(Event):
    """What the user is waiting for while there is no text, such as `Searching…`."""

    event: Literal["status"] = "status"
    text: str


class SourceEvent(Event):
    """A page that the answer draws on."""

    event: Literal["source"] = "source"
    title: str
    url: str


class Usage(BaseModel):
    """The provider's count, in tokens of the model."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class DoneEvent(Event):
    """The answer is complete; no event follows."""

    event: Literal["done"] = "done"
    tokens: int = Field(default=0, description="How many `token` events were sent.")
    usage: Usage | None = None


class ErrorEvent(Event):
    """The answer ended early; no event follows."""

    event: Literal["error"] = "error"
    detail: str = Field(description="What went wrong, as a sentence for the user.")


StreamEvent = TypeAliasType(
    "StreamEvent",
    Annotated[
        TokenEvent | StatusEvent | SourceEvent | DoneEvent | ErrorEvent,
        Field(discriminator="event"),
    ],
)
"""Any event; the alias has a name so that its schema has one."""


class AnswerError(Exception):
    """Ends an answer with a sentence for the user: `raise AnswerError("Ask about one city.")`."""
