"""The HTTP connection to a provider, and the events that arrive over it."""

import asyncio
import ipaddress
import re
from collections.abc import AsyncGenerator

import httpx2

from app.model.errors import ModelError
from app.settings import Settings

KEEP_ALIVE_SECONDS = 60.0
"""How long an idle connection stays open for the next question."""

NOT_AN_API = "MODEL_BASE_URL does not lead to an OpenAI-compatible API. Check it; most end in /v1."


def create_client(settings: Settings) -> httpx2.AsyncClient:
    """Create the HTTP client, which uses the environment's proxy except to reach this machine.

    A proxy that can't be used raises `ModelError`.
    """
    base = httpx2.URL(settings.model_base_url)
    key = settings.model_api_key
    try:
        return httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else None,
            timeout=httpx2.Timeout(
                settings.model_idle_seconds, connect=settings.model_connect_seconds
            ),
            limits=httpx2.Limits(max_connections=None, keepalive_expiry=KEEP_ALIVE_SECONDS),
            mounts={f"all://{base.netloc.decode()}": None} if is_loopback(base.host) else None,
        )
    except (ImportError, ValueError, httpx2.InvalidURL) as error:
        sentence = "The proxy in HTTP_PROXY, HTTPS_PROXY, or ALL_PROXY can't be used."
        raise ModelError(f"{sentence} Correct or unset it.", str(error)) from error


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def completions_url(base_url: str) -> httpx2.URL:
    """Build the URL of the endpoint; a query such as `?api-version=1` stays at the end."""
    base = httpx2.URL(base_url)
    path, mark, query = base.raw_path.partition(b"?")
    return base.copy_with(raw_path=path.rstrip(b"/") + b"/chat/completions" + mark + query)


async def read_events(response: httpx2.Response) -> AsyncGenerator[httpx2.ServerSentEvent]:
    """Read the events of a response; JSON is one event, since some providers don't stream.

    A response that is neither events nor a completion raises `ModelError`.
    """
    media_type = response.headers.get("content-type", "")
    if response.is_redirect or "html" in media_type:
        raise ModelError(NOT_AN_API, f"status {response.status_code}, {media_type}")
    if "json" in media_type:
        await response.aread()
        if not re.search('"(choices|error)"', response.text):
            raise ModelError(NOT_AN_API, response.text)
        yield httpx2.ServerSentEvent(data=response.text)
        return
    response.headers["content-type"] = "text/event-stream"  # whatever the provider calls it
    async for event in httpx2.EventSource(response):
        yield event


async def next_event(
    events: AsyncGenerator[httpx2.ServerSentEvent], seconds: float | None
) -> httpx2.ServerSentEvent | None:
    """Wait for the next event; None at the end.

    Once the answer is complete, the wait is limited, and a broken connection counts as the end.
    """
    try:
        async with asyncio.timeout(seconds):
            return await anext(events, None)
    except (TimeoutError, httpx2.HTTPError):
        if seconds is None:
            raise
        return None
