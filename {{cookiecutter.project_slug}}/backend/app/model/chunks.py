"""The chunks of an OpenAI-compatible stream.

Providers agree on little, so only text, errors, and endings matter. Anything else, in any form, is
ignored.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from app.chat.events import Usage


@dataclass
class Chunk:
    """One event of the stream.

    Attributes:
        delta: the next piece of the message, as the provider wrote it.
        reason: why the model stopped, once it has.
        usage: the tokens that the provider counted.
        error: what went wrong, in any format; None if there was no error.
    """

    delta: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    usage: Usage | None = None
    error: object = None

    @property
    def text(self) -> str:
        """The next piece of the answer; empty if there is none."""
        return join(self.delta.get("content")) or join(self.delta.get("refusal"))

    @property
    def is_thought(self) -> bool:
        """Whether the model is reasoning."""
        content = self.delta.get("content")
        parts = content if isinstance(content, list) else []
        thinks = any(as_dict(part).get("type") == "thinking" for part in parts)
        return thinks or bool(self.delta.get("reasoning_content") or self.delta.get("reasoning"))


def parse(data: str, event: str = "message") -> Chunk:
    """Read an event of the stream, or the body of a response that isn't a stream.

    The chunk is empty if the data has no known field; data that isn't JSON raises `ValueError`.
    """
    if event == "error":
        return Chunk(error=data)
    chunk = json.loads(data) if data.strip() else None
    if isinstance(chunk, list) and chunk:
        chunk = chunk[0]
    chunk = as_dict(chunk)
    if chunk.get("object") == "error":
        return Chunk(error=chunk)
    choices = chunk.get("choices")
    choice = as_dict(choices[0]) if isinstance(choices, list) and choices else {}
    delta, reason = choice.get("delta"), choice.get("finish_reason")
    usage = as_dict(chunk.get("usage"))
    return Chunk(
        delta=as_dict(choice.get("message") if delta is None else delta),
        reason=reason if isinstance(reason, str) and reason else None,
        usage=Usage(
            prompt_tokens=count(usage.get("prompt_tokens")),
            completion_tokens=count(usage.get("completion_tokens")),
        )
        if usage
        else None,
        error=chunk.get("error") or choice.get("error") or None,
    )


def as_dict(value: object) -> dict[str, Any]:
    """Return a JSON object, or an empty one if the value is anything else."""
    return value if isinstance(value, dict) else {}


def join(content: object) -> str:
    """Join text that may come in a list of parts, without the parts that are reasoning."""
    if isinstance(content, list):
        return "".join(join(part) for part in content)
    if isinstance(content, dict):
        return join(content.get("text") or content.get("refusal"))
    return content if isinstance(content, str) else ""


def count(tokens: object) -> int:
    """Return a number of tokens, or 0 if the value isn't one."""
    try:
        return max(0, int(tokens)) if isinstance(tokens, int | float) else 0
    except (ValueError, OverflowError):  # NaN and Infinity
        return 0
