"""What a provider streams: the chunks of an OpenAI-compatible chat completion.

Only what is used is declared; providers add fields of their own.
"""

import json
from typing import Self

from pydantic import BaseModel, SkipValidation

from app.chat.events import Usage


class Delta(BaseModel):
    """The next piece of the answer."""

    content: SkipValidation[str | None] = None  # half an emoji is a string that pydantic refuses


class Choice(BaseModel):
    """One of the answers; only one is ever asked for."""

    delta: Delta | None = None
    finish_reason: str | None = None

    @property
    def text(self) -> str:
        """The next piece of the answer; empty if there is none."""
        content = self.delta and self.delta.content
        return content if isinstance(content, str) else ""


class ProviderError(BaseModel):
    """What went wrong at the provider."""

    message: str = ""
    code: int | str | None = None


class Chunk(BaseModel):
    """One event of the stream."""

    choices: list[Choice] = []
    usage: Usage | None = None
    error: ProviderError | None = None

    @classmethod
    def parse(cls, data: str) -> Self:
        """Read a chunk.

        Args:
            data: the JSON of an event.

        Returns:
            The chunk.

        Raises:
            ValueError: the data is not a chunk.
        """
        return cls.model_validate(json.loads(data))
