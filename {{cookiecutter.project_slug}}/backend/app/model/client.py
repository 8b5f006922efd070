"""The client of an OpenAI-compatible provider. Each process has one, with open connections."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import httpx2

from app.chat import DoneEvent, Message, StatusEvent
from app.model import chunks, errors
from app.model.chunks import Characters, Thoughts
from app.model.connection import completions_url, create_client, next_event, read_events
from app.model.errors import ModelError
from app.settings import Settings

LONGEST_RETRY_SECONDS = 5.0
"""If a provider asks for a longer wait, the answer ends and the user sees how long it is."""

END_SECONDS = 2.0
"""How long to wait for `[DONE]` and the usage once the provider has said why the model stopped."""

REST_SECONDS = 0.25
"""How long to wait for the end of the response after `[DONE]`, so that the connection can be used
again."""

log = logging.getLogger(__name__)


class Model:
    """A model at a provider."""

    def __init__(self, settings: Settings) -> None:
        """Prepare a model; it connects when it gets the first question."""
        self._settings = settings
        self._client: httpx2.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._takes_options = True

    async def aclose(self) -> None:
        """Close all connections."""
        if self._client:
            await self._client.aclose()

    async def ask(
        self, instructions: str, messages: Sequence[Message]
    ) -> AsyncGenerator[str | StatusEvent | DoneEvent]:
        """Ask for the next message of a conversation, after a system prompt.

        If something fails before the first piece of text and a second attempt may help, it tries
        again once.

        Args:
            instructions: the system prompt.
            messages: the conversation, oldest first.

        Yields:
            The pieces of the answer, then a `done` event; a status while the model reasons.

        Raises:
            ModelError: the provider refused, failed, or ended the answer early.
        """
        request: dict[str, object] = {
            "model": self._settings.model_name,
            "messages": [{"role": "system", "content": instructions}, *take_turns(messages)],
            "stream": True,
        }
        attempts, started = 0, False
        while True:
            options = {"stream_options": {"include_usage": True}} if self._takes_options else {}
            try:
                async with aclosing(self._stream(request | options)) as pieces:
                    async for piece in pieces:
                        started = started or isinstance(piece, str)
                        yield piece
                    return
            except ModelError as error:
                self._log(error)
                if options and not started and "stream_options" in error.reason:
                    self._takes_options = False
                    continue
                attempts += 1
                wait = error.retry_after
                if started or attempts > 1 or wait is None or wait > LONGEST_RETRY_SECONDS:
                    raise
            yield StatusEvent(text="The model is not available. Trying again…")
            await asyncio.sleep(wait)

    async def _stream(
        self, request: dict[str, object]
    ) -> AsyncGenerator[str | StatusEvent | DoneEvent]:
        """Send a request once and yield what `ask` yields."""
        try:
            client = await self._open()
            url = completions_url(self._settings.model_base_url)
            async with client.stream("POST", url, json=request) as response:
                if response.is_error:
                    await response.aread()
                    retry_after = errors.parse_retry_after(response.headers.get("retry-after"))
                    raise errors.from_status(
                        response.status_code, response.text, self._settings, retry_after
                    )
                async with aclosing(self._read(read_events(response))) as pieces:
                    async for piece in pieces:
                        yield piece
        except httpx2.HTTPError as error:
            raise errors.from_exception(error, self._settings) from error

    async def _open(self) -> httpx2.AsyncClient:
        """Create the client at the first question.

        Reading the certificates that this machine trusts costs more than importing the client, so
        the app's start doesn't wait for it.
        """
        async with self._opening:
            if not self._client:
                self._client = await asyncio.to_thread(create_client, self._settings)
            return self._client

    async def _read(
        self, events: AsyncGenerator[httpx2.ServerSentEvent]
    ) -> AsyncGenerator[str | StatusEvent | DoneEvent]:
        """Read the chunks of an answer."""
        usage, reason, done = None, None, False
        thoughts, characters = Thoughts(), Characters()
        thinking, answered = False, False
        async with aclosing(events):
            while event := await next_event(events, END_SECONDS if reason else None):
                if event.data.strip() == "[DONE]":
                    done = True
                    await next_event(events, REST_SECONDS)
                    break
                chunk = self._parse(event)
                usage, reason = chunk.usage or usage, chunk.reason or reason
                if text := characters.join(thoughts.remove(chunk.text)):
                    answered = answered or not text.isspace()
                    yield text
                elif not thinking and (chunk.is_thought or thoughts.open):
                    thinking = True
                    yield StatusEvent(text="Thinking…")
        if text := characters.join(thoughts.rest()) + characters.end():
            answered = True
            yield text
        errors.check_end(reason, done=done)
        if not answered:
            sentence = "The model ended without an answer. Try again or rephrase your message."
            raise ModelError(sentence, f"no text, finish_reason {reason}")
        yield DoneEvent(usage=usage)

    def _parse(self, event: httpx2.ServerSentEvent) -> chunks.Chunk:
        """Read one chunk, and raise the error that it may report."""
        try:
            chunk = chunks.parse(event.data, event.event)
        except ValueError as error:
            raise errors.unreadable(event.data) from error
        if chunk.error:
            raise errors.from_status(None, event.data, self._settings)
        return chunk

    def _log(self, error: ModelError) -> None:
        """Log a failure, without the key that some providers repeat."""
        key = self._settings.model_api_key
        reason = error.reason.replace(key.get_secret_value(), "[key]") if key else error.reason
        log.warning("The model failed: %s", reason)


def take_turns(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Leave out answers without text, and join the user's messages before and after them.

    Some models reject two messages of the same role in a row.
    """
    turns: list[dict[str, str]] = []
    for message in messages:
        if message.content and turns and turns[-1]["role"] == message.role:
            turns[-1]["content"] += f"\n\n{message.content}"
        elif message.content:
            turns.append(message.model_dump())
    return turns
