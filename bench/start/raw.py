"""The same stream with Starlette's `StreamingResponse` alone."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


async def events(words: int, seconds: float) -> AsyncGenerator[bytes]:
    """Yield an event for each word."""
    for _ in range(words):
        data = json.dumps({"event": "token", "text": "word "})
        yield f"event: token\ndata: {data}\n\n".encode()
        await asyncio.sleep(seconds)


async def stream(conversation: dict[str, list[dict[str, Any]]]) -> StreamingResponse:
    """Respond to the same request."""
    words, seconds = conversation["messages"][-1]["content"].split()
    return StreamingResponse(events(int(words), float(seconds)), media_type="text/event-stream")


app.add_api_route("/stream", stream, methods=["POST"])
