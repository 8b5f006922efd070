"""The backend's start, its memory, and the cost of its streams.

The servers take turns, each in its own container.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.results import Row, compared
from tests.conversation import conversation
from tests.projects import shared
from tests.real.docker import docker
from tests.real.start.image import APP, HELLO, build_image, count

HERE = Path(__file__).parent
IMAGE, PIP, UV = "bench-start", "bench-start-pip", "bench-start-uv"
PORT = 30001
URL = f"http://127.0.0.1:{PORT}"
CPUS = {"1/16": "0.0625", "1/4": "0.25"}
"""The CPU shares of the instance types `lite` and `basic`."""
START_ROUNDS = {"1/16": 2, "1/4": 3}
STREAM_ROUNDS = 5
OPEN_STREAMS = 200
EVENTS = 20_000

SETTINGS = ("--env", f"BACKEND_PORT={PORT}", "--env", "LAYOUT=cloudflare")
ANSWER = ("--volume", f"{HERE}/answer.py:/opt/app/app/answer/__init__.py:ro")
RAW = ("--volume", f"{HERE}/raw.py:/opt/start/raw.py:ro")
HELLO_PATH, *HELLO_COMMAND = HELLO
EXAMPLE = "FastAPI's first example"

UVICORN = ("uvicorn", "main:app", "--port", str(PORT))
PEERS = {
    "uvicorn": ("plain `uvicorn`, image as in uv's documentation", (UV, *UVICORN)),
    "start": ("`fastapi run`, image as in FastAPI's documentation", (PIP,)),
    "uvicorn-pip": ("plain `uvicorn`, image as in FastAPI's documentation", (PIP, *UVICORN)),
}
"""The names and the commands of what the start is compared with: FastAPI's first example with the
packages of `fastapi[standard]`. pip compiles packages to bytecode, and uv doesn't."""
MOST = {"uvicorn": 0.2}
"""Bounds of the ratios to peers."""


@dataclass
class Server:
    """A container and its only process."""

    seconds: float
    """The time from its creation to the first 200."""
    process: Path

    def memory(self) -> float:
        """Return the process's memory in KiB, with its share of shared pages."""
        lines = (self.process / "smaps_rollup").read_text().splitlines()
        return float(next(line.split()[1] for line in lines if line.startswith("Pss:")))

    def cpu(self) -> float:
        """Return the CPU time of the process's threads in microseconds."""
        threads = (self.process / "task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1000


@contextmanager
def served(path: str, *arguments: str) -> Iterator[Server]:
    """Run a container until the block ends, and wait until a path responds.

    Raises:
        TimeoutError: The path didn't respond within two minutes.
    """
    started = time.monotonic()
    name = docker("run", "--detach", "--network", "host", *arguments)
    try:
        with httpx.Client(base_url=URL, trust_env=False, timeout=60) as client:
            while not responds(client, path):
                if time.monotonic() - started > 120:
                    raise TimeoutError(path)
                time.sleep(0.01)
        seconds = time.monotonic() - started
        pid = docker("inspect", "--format", "{{.State.Pid}}", name)
        yield Server(seconds, Path("/proc") / pid)
    finally:
        docker("rm", "--force", name)  # returns once the port is free


def responds(client: httpx.Client, path: str) -> bool:
    """Return whether a path responds with 200."""
    try:
        return client.get(path).status_code == 200
    except httpx.TransportError:
        return False


async def stream(words: int, seconds: float) -> int:
    """Read one stream to its end; return the number of its events."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    body = json.dumps(conversation(f"{words} {seconds}")).encode()
    writer.write(
        b"POST /stream HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    events = (await reader.read()).count(b"event: token")
    writer.close()
    return events


async def memory_of_streams(server: Server) -> float:
    """Return the KiB that each open stream adds, after a first stream."""
    await stream(2, 0)
    before = server.memory()
    streams = [asyncio.create_task(stream(4, 1)) for _ in range(OPEN_STREAMS)]
    await asyncio.sleep(2.5)
    after = server.memory()
    events = sum(await asyncio.gather(*streams))
    if events != 4 * OPEN_STREAMS:
        raise RuntimeError(f"Only {events} events arrived.")
    return (after - before) / OPEN_STREAMS


async def cpu_of_an_event(server: Server) -> float:
    """Return the CPU time of an event in microseconds."""
    await stream(1000, 0)
    before = server.cpu()
    if await stream(EVENTS, 0) != EVENTS:
        raise RuntimeError("Events are missing.")
    return (server.cpu() - before) / EVENTS


@dataclass
class Costs:
    """The results of each round for one server."""

    idle: list[float] = field(default_factory=list)
    stream: list[float] = field(default_factory=list)
    event: list[float] = field(default_factory=list)

    def measure(self, server: Server) -> None:
        """Measure a server that has just started."""
        self.idle.append(server.memory() / 1024)
        self.stream.append(asyncio.run(memory_of_streams(server)))
        self.event.append(asyncio.run(cpu_of_an_event(server)))


def start_rows() -> list[Row]:
    """Compare the time to the first response with each peer, at two CPU shares."""
    docker("build", "--tag", PIP, str(HERE / "peer"))
    docker("build", "--tag", UV, "--file", str(HERE / "peer/uv.Dockerfile"), str(HERE / "peer"))
    rows = []
    for share, cpus in CPUS.items():
        ours: list[float] = []
        theirs: dict[str, list[float]] = {key: [] for key in PEERS}
        for _ in range(START_ROUNDS[share]):
            with served("/api/health", "--cpus", cpus, *SETTINGS, IMAGE) as server:
                ours.append(server.seconds)
            for key, (_, command) in PEERS.items():
                with served("/", "--cpus", cpus, *command) as server:
                    theirs[key].append(server.seconds)
        what = f"time to the first response, {share} vCPU"
        for key, (name, _) in PEERS.items():
            row = compared(f"{key}-{share}", what, ours, (name, theirs[key]), "s")
            rows.append(row.at_most(MOST[key]) if key in MOST else row)
    return rows


def stream_rows(image: str) -> list[Row]:
    """Compare memory and CPU time with FastAPI's example and with a raw stream."""
    app, raw, hello = Costs(), Costs(), Costs()
    for _ in range(STREAM_ROUNDS):
        with served("/api/health", *SETTINGS, *ANSWER, IMAGE) as server:
            app.measure(server)
        with served("/openapi.json", *RAW, image, *HELLO_COMMAND[:-1], "raw:app") as server:
            raw.measure(server)
        with served(HELLO_PATH, image, *HELLO_COMMAND) as server:
            hello.idle.append(server.memory() / 1024)
    floor = "`StreamingResponse`"
    return [
        compared("idle", "memory when idle", app.idle, (EXAMPLE, hello.idle), "MiB").at_most(1),
        compared(
            "stream", "memory per open stream", app.stream, (floor, raw.stream), "KiB"
        ).at_most(1.12),
        compared("event", "CPU time per event", app.event, (floor, raw.event), "µs").at_most(1.1),
    ]


def measure(base: Path) -> list[Row]:
    """Measure the start, then the memory and the streams."""
    image = build_image(shared(base, "cloudflare"), IMAGE)
    app, hello = (count(image, *server) / 1e6 for server in (APP, HELLO))
    return [
        *start_rows(),
        compared(
            "instructions", "instructions to the first response", [app], (EXAMPLE, [hello]),
            "million",
        ).at_most(0.75),
        *stream_rows(image),
    ]  # fmt: skip
