"""The events of a stream. The frontend's types are generated from these models."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field


class TokenEvent(BaseModel):
    """The next piece of the answer."""

    event: Literal["token"] = "token"
    text: str


class DoneEvent(BaseModel):
    """The answer is complete; nothing follows."""

    event: Literal["done"] = "done"
    tokens: int = Field(description="How many `token` events were sent.")


class ErrorEvent(BaseModel):
    """The answer broke off; nothing follows."""

    event: Literal["error"] = "error"
    detail: str = Field(description="What went wrong, as a sentence for the user.")


StreamEvent = Annotated[TokenEvent | DoneEvent | ErrorEvent, Field(discriminator="event")]
