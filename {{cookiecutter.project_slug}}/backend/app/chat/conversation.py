"""A conversation. `POST /stream` gets the whole one each time, so that any instance can answer."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

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
