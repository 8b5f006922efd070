"""A conversation, and the events that answer it. The frontend's types come from these models.

`POST /stream` gets the whole conversation each time, so that any instance can answer.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from typing_extensions import TypeAliasType

from app.web.sse import Event

USER_CHARACTERS = 10_000
ASSISTANT_CHARACTERS = 100_000
MESSAGES = 100


class Message(BaseModel):
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: Annotated[str, Field(max_length=ASSISTANT_CHARACTERS)]

    @field_validator("content")
    @classmethod
    def limit_users(cls, content: str, info: ValidationInfo) -> str:
        """Strip a user's message and check its length."""
        if info.data.get("role") != "user":
            return content
        content = content.strip()
        if not content:
            raise ValueError("The message is empty.")
        if len(content) > USER_CHARACTERS:
            raise ValueError(f"The message is too long: at most {USER_CHARACTERS:,} characters.")
        return content


class Conversation(BaseModel):
    """The messages so far, oldest first; the last is the user's."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=MESSAGES)]

    @field_validator("messages")
    @classmethod
    def end_with_user(cls, messages: list[Message]) -> list[Message]:
        """Check that there is something to answer."""
        if messages[-1].role != "user":
            raise ValueError("The last message has to be the user's.")
        return messages


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
