"""The CPU time of a chunk in microseconds, with the client that an argument names.

    python chunks.py built-in|openai

The provider is a separate process that sends one answer as fast as it is read.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncGenerator

CHUNKS = 20_000
WARM_UP = 1_000


def chunk(delta: dict[str, str], reason: str | None = None) -> bytes:
    """Write an event as OpenAI does."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    fields = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "a"}
    return b"data: %b\n\n" % json.dumps(fields | {"choices": [choice]}).encode()


ANSWER = chunk({"content": " word"}) * CHUNKS + chunk({}, "stop") + b"data: [DONE]\n\n"


async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send the answer, whatever the request, and let the client close the connection."""
    await reader.readuntil(b"\r\n\r\n")
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    writer.write(f"{head}Content-Length: {len(ANSWER)}\r\n\r\n".encode() + ANSWER)
    await writer.drain()
    while await reader.read(65536):  # closing with unread data would reset the connection
        pass
    writer.close()


async def serve(port: int) -> None:
    """Serve until the process ends."""
    server = await asyncio.start_server(respond, "127.0.0.1", port)
    await server.serve_forever()


async def ask_built_in(url: str) -> AsyncGenerator[str]:
    """Ask with the app's own client."""
    from app.chat import DoneEvent, Message, StatusEvent  # noqa: PLC0415
    from app.model.client import Model  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415

    model = Model(Settings(model_name="a", model_base_url=url))
    async for piece in model.ask("", [Message(role="user", content="a")]):
        if not isinstance(piece, DoneEvent | StatusEvent):
            yield piece


async def ask_openai(url: str) -> AsyncGenerator[str]:
    """Ask with the `openai` package."""
    from openai import AsyncOpenAI  # noqa: PLC0415

    client = AsyncOpenAI(api_key="a", base_url=url)
    stream = await client.chat.completions.create(
        model="a", messages=[{"role": "user", "content": "a"}], stream=True
    )
    async for event in stream:
        if event.choices and event.choices[0].delta.content:
            yield event.choices[0].delta.content


async def measure(client: str, port: int) -> float:
    """Return the CPU time of a chunk once the first ones have been read."""
    ask = {"built-in": ask_built_in, "openai": ask_openai}[client]
    started, pieces = 0.0, 0
    async for _ in ask(f"http://127.0.0.1:{port}/v1"):
        pieces += 1
        if pieces == WARM_UP:
            started = time.process_time()
    used = time.process_time() - started
    if pieces != CHUNKS:
        raise RuntimeError(f"Only {pieces} chunks arrived.")
    return used / (CHUNKS - WARM_UP) * 1e6


def main(client: str) -> None:
    """Measure, next to a provider."""
    port = 30002
    provider = os.fork()
    if not provider:
        asyncio.run(serve(port))
    try:
        time.sleep(1)
        print(asyncio.run(measure(client, port)))
    finally:
        os.kill(provider, 9)


if __name__ == "__main__":
    main(*sys.argv[1:])
