"""The events of a stream. The frontend's types are generated from these models."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeAliasType


class Event(BaseModel):
    """What the events have in common: `event` names the kind, and is always sent."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class TokenEvent(Event):
    """The next piece of the answer."""

    event: Literal["token"] = "token"
    text: str


class DoneEvent(Event):
    """The answer is complete; nothing follows."""

    event: Literal["done"] = "done"
    tokens: int = Field(description="How many `token` events were sent.")


class ErrorEvent(Event):
    """The answer broke off; nothing follows."""

    event: Literal["error"] = "error"
    detail: str = Field(description="What went wrong, as a sentence for the user.")


StreamEvent = TypeAliasType(
    "StreamEvent",
    Annotated[TokenEvent | DoneEvent | ErrorEvent, Field(discriminator="event")],
)
"""Any event; the alias has a name so that its schema has one."""
