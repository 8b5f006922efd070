"""The client of an OpenAI-compatible provider: one for each process, connections kept open."""

import asyncio
import ipaddress
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from http import HTTPStatus

import httpx2

from app.chat.conversation import Message
from app.chat.events import DoneEvent, StatusEvent
from app.model import errors
from app.model.characters import Characters
from app.model.chunks import Chunk
from app.model.errors import ModelError
from app.settings import Settings

LONGEST_RETRY_SECONDS = 5.0
"""A longer `Retry-After` is not waited for: the user reads it instead."""

KEEP_ALIVE_SECONDS = 60.0
"""How long a connection is kept for the next question."""

END_SECONDS = 0.25
"""How long the response may stay open after `[DONE]`; only a finished one leaves a connection
that can be used again."""

log = logging.getLogger(__name__)


class Model:
    """A model at a provider."""

    def __init__(self, settings: Settings) -> None:
        """Prepare a model; nothing is connected before the first question.

        Args:
            settings: names the model and its provider.
        """
        self._settings = settings
        self._client: httpx2.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Close all connections."""
        if self._client:
            await self._client.aclose()

    async def ask(
        self, instructions: str, messages: Sequence[Message]
    ) -> AsyncGenerator[str | StatusEvent | DoneEvent]:
        """Ask for the next message of a conversation.

        What fails before the first piece of text is tried a second time if that may help.

        Args:
            instructions: the system prompt.
            messages: the conversation, oldest first.

        Yields:
            The pieces of the answer, then a `done` event.

        Raises:
            ModelError: the provider refused, failed or broke off.
        """
        request: dict[str, object] = {
            "model": self._settings.model_name,
            "messages": [
                {"role": "system", "content": instructions},
                *(message.model_dump() for message in messages if message.content),
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        started = False
        try:
            async with aclosing(self._stream(request)) as pieces:
                async for piece in pieces:
                    started = True
                    yield piece
                return
        except ModelError as error:
            if started or error.retry_after is None or error.retry_after > LONGEST_RETRY_SECONDS:
                raise
            wait = error.retry_after
        yield StatusEvent(text="The model is not available. Trying again…")
        await asyncio.sleep(wait)
        async with aclosing(self._stream(request)) as pieces:
            async for piece in pieces:
                yield piece

    async def _stream(self, request: dict[str, object]) -> AsyncGenerator[str | DoneEvent]:
        """Send a request once and yield what `ask` yields."""
        with self._explaining():
            client = await self._open()
            async with client.sse("/chat/completions", method="POST", json=request) as source:
                await self._check(source.response)
                async with aclosing(self._read(aiter(source))) as pieces:
                    async for piece in pieces:
                        yield piece

    async def _open(self) -> httpx2.AsyncClient:
        """Create the client at the first question.

        Reading the certificates that this machine trusts costs more than importing the client, so
        the start of the app does not wait for it.
        """
        async with self._opening:
            if not self._client:
                self._client = await asyncio.to_thread(create_client, self._settings)
            return self._client

    async def _check(self, response: httpx2.Response) -> None:
        """Raise the error that a refusal means."""
        if response.is_error:
            await response.aread()
            retry_after = errors.parse_retry_after(response.headers.get("retry-after"))
            raise errors.from_status(
                response.status_code, response.text, self._settings, retry_after
            )

    async def _read(
        self, events: AsyncIterator[httpx2.ServerSentEvent]
    ) -> AsyncGenerator[str | DoneEvent]:
        """Read the chunks of an answer."""
        usage, reason, done = None, None, False
        characters = Characters()
        async for event in events:
            if event.data == "[DONE]":
                done = True
                await exhaust(events)
                break
            chunk = self._parse(event)
            usage = chunk.usage or usage
            for choice in chunk.choices:
                reason = choice.finish_reason or reason
                if text := characters.join(choice.text):
                    yield text
        if text := characters.end():
            yield text
        errors.check_end(reason, done=done)
        yield DoneEvent(usage=usage)

    def _parse(self, event: httpx2.ServerSentEvent) -> Chunk:
        """Read one chunk, and raise the error that it may hold."""
        try:
            chunk = Chunk.parse(event.data)
        except ValueError as error:
            raise errors.unreadable(event.data) from error
        if chunk.error or event.event == "error":
            code = chunk.error and chunk.error.code
            status = code if isinstance(code, int) else HTTPStatus.BAD_GATEWAY
            raise errors.from_status(status, event.data, self._settings)
        return chunk

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """Turn failed connections into sentences, and log every failure's reason."""
        try:
            yield
        except httpx2.HTTPError as error:
            explained = errors.from_exception(error, self._settings)
            self._log(explained)
            raise explained from error
        except ModelError as error:
            self._log(error)
            raise

    def _log(self, error: ModelError) -> None:
        """Log a failure, without the key that some providers repeat."""
        key = self._settings.model_api_key
        reason = error.reason.replace(key.get_secret_value(), "[key]") if key else error.reason
        log.warning("The model failed: %s", reason)


def create_client(settings: Settings) -> httpx2.AsyncClient:
    """Create the HTTP client.

    It uses the proxy that the environment names, but never to reach this machine.

    Args:
        settings: the provider's URL, the key and the timeouts.

    Returns:
        A client whose base URL is the provider's.

    Raises:
        ModelError: the proxy can't be used.
    """
    base = httpx2.URL(settings.model_base_url)
    key = settings.model_api_key
    try:
        return httpx2.AsyncClient(
            base_url=base,
            headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else None,
            timeout=httpx2.Timeout(
                settings.model_idle_seconds, connect=settings.model_connect_seconds
            ),
            limits=httpx2.Limits(max_connections=None, keepalive_expiry=KEEP_ALIVE_SECONDS),
            mounts={f"all://{base.netloc.decode()}": None} if is_loopback(base.host) else None,
        )
    except (ImportError, ValueError, httpx2.InvalidURL) as error:
        raise errors.unusable_proxy(str(error)) from error


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def exhaust(events: AsyncIterator[httpx2.ServerSentEvent]) -> None:
    """Read what follows the last event, so that the connection can be used again."""
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(END_SECONDS):
            async for _ in events:
                pass
