"""The chunks of an OpenAI-compatible stream, and their text without reasoning or split characters.

Providers agree on little, so only text, errors, and endings matter. Anything else, in any form, is
ignored.
"""

import json
from codecs import getincrementaldecoder
from dataclasses import dataclass, field
from typing import Any

from app.chat import Usage

START, END = "<think>", "</think>"

utf16_decoder = getincrementaldecoder("utf-16-le")


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


class Thoughts:
    """Removes the reasoning from the beginning of an answer; tags further on are text.

    Some models write it between `<think>` and `</think>`. While they do, `open` is true.
    """

    def __init__(self) -> None:
        """Start at the beginning of an answer."""
        self.open = False
        self._closed = False
        self._began = False
        self._kept = ""

    def remove(self, piece: str) -> str:
        """Return the part of the next piece to show; empty while a tag may still be incomplete."""
        if self._began:
            return piece
        self._kept += piece
        if self.open:
            _, end, rest = self._kept.partition(END)
            self._kept = rest if end else self._kept[-len(END) :]
            self.open, self._closed = not end, bool(end)
            return self.remove("") if end else ""
        text = self._kept.lstrip()
        if text.startswith(START):
            self.open = True
            return self.remove("")
        if START.startswith(text):
            return ""
        self._began = True
        return text if self._closed else self._kept

    def rest(self) -> str:
        """Return the text at the end of an answer that could have become a tag."""
        return "" if self._began or self.open else self._kept.lstrip()


class Characters:
    """Joins the halves of characters that were split between two pieces of a text.

    Some providers split emoji into UTF-16 surrogates, which UTF-8 can't encode.
    """

    def __init__(self) -> None:
        """Start a text."""
        self._decoder = utf16_decoder(errors="replace")

    def join(self, piece: str) -> str:
        """Add a piece, and return it without surrogates.

        Half a character at the end waits for the next piece. If the other half doesn't follow, it
        becomes U+FFFD.
        """
        # most text is ASCII, which needs no decoding unless half a character is waiting
        if piece.isascii() and not self._decoder.getstate()[0]:
            return piece
        return self._decoder.decode(piece.encode("utf-16-le", "surrogatepass"))

    def end(self) -> str:
        """End the text: return U+FFFD if half a character is still waiting."""
        return self._decoder.decode(b"", final=True)
