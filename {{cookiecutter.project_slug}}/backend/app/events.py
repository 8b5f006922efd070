"""The events of `POST /stream`. The frontend's types are generated from these models."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from app.sse import Event


class TokenEvent(Event):
    """The next piece of the answer."""

    event: Literal["token"] = "token"
    text: str


class DoneEvent(Event):
    """The answer is complete; no event follows."""

    event: Literal["done"] = "done"
    tokens: int = Field(description="How many `token` events were sent.")


class ErrorEvent(Event):
    """The answer ended early; no event follows."""

    event: Literal["error"] = "error"
    detail: str = Field(description="What went wrong, as a sentence for the user.")


StreamEvent = TypeAliasType(
    "StreamEvent",
    Annotated[TokenEvent | DoneEvent | ErrorEvent, Field(discriminator="event")],
)
"""Any event; the alias has a name so that its schema has one."""
