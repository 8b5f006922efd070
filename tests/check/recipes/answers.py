"""Answers of a backend, event by event."""

import json
from typing import Any

import httpx

from tests.conversation import conversation


def ask(url: str, *contents: str) -> list[dict[str, Any]]:
    """Send a conversation, and read the events of the answer."""
    # the first question may import a package that takes a while
    response = httpx.post(
        f"{url}/stream", json=conversation(*contents), trust_env=False, timeout=60
    )
    lines = [line for line in response.text.splitlines() if line.startswith("data: ")]
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def text(events: list[dict[str, Any]]) -> str:
    """Join the text of an answer."""
    return "".join(event["text"] for event in events if event["event"] == "token")
