"""A thousand streams at once, in the memory that compose.yaml allows."""

import asyncio
import json
import statistics
import threading
import time

from tests.conversation import conversation
from tests.real.monolith.container import (
    HARDENED,
    TEST_ANSWER,
    UNLIMITED,
    Container,
)

STREAMS = 1000
EVENTS, INTERVAL = 30, 1
"""The number of events of each stream, and the seconds between them."""
MEMORY = ("--memory", "512m", "--memory-swap", "512m", "--cpus", "2")


async def one_stream(url: str, prompt: str) -> list[float]:
    """Return the delay of each event in seconds."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps(conversation(prompt)).encode()
    writer.write(
        b"POST /stream HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )
    late = []
    complete = False
    async for line in reader:
        now = time.monotonic()
        if b'"event":"token"' in line:
            late.append(now - float(json.loads(line.removeprefix(b"data: "))["text"]))
        complete = complete or b'"event":"done"' in line
    writer.close()
    assert complete
    return late


def test_a_thousand_streams_for_30_seconds(image: str) -> None:
    async def load(url: str, prompt: str) -> list[list[float]]:
        return await asyncio.gather(*(one_stream(url, prompt) for _ in range(STREAMS)))

    with Container.start(image, *HARDENED, *TEST_ANSWER, *UNLIMITED, *MEMORY) as app:
        app.wait_until_ready()
        asyncio.run(load(app.url, "5 0.1"))
        memory: list[int] = []
        done = threading.Event()

        def watch() -> None:
            while not done.wait(5):
                memory.append(app.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        streams = asyncio.run(load(app.url, f"{EVENTS} {INTERVAL}"))
        done.set()
        watcher.join()
        late = [seconds for stream in streams for seconds in stream]
        assert len(late) == STREAMS * EVENTS
        # If buffered, they would arrive after the next were created. A pause of the machine may
        # delay single ones.
        assert statistics.quantiles(late, n=100)[-1] < INTERVAL
        assert len(memory) >= 4
        assert memory[-1] < memory[0] * 1.1, memory
