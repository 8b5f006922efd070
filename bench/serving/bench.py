"""Concurrent streams, and requests for files and the API, with each way to serve the app.

Everything runs on loopback, in alternating rounds.
"""

import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import time
import urllib.request
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.results import Row, compared, measured
from bench.servers import megabytes, processes
from tests.conversation import conversation
from tests.projects import shared
from tests.real.cloudflare.preview import Preview, prepare
from tests.real.docker import docker
from tests.real.monolith.container import TEST_ANSWER, UNLIMITED

HERE = Path(__file__).parent
IMAGE = "bench-monolith"
APP, BACKEND, NGINX, FRONTEND = 33110, 33111, 33120, 33140
STREAMS = (1, 50, 500)
EVENTS, INTERVAL = 10, 0.5
STREAM_ROUNDS, FLOOR_ROUNDS, LOAD_ROUNDS, LOAD_SECONDS = 2, 5, 7, 2
DIRECT = "uvicorn, requested directly"
FLOOR = "a bare pass-through Worker"
APP_OPTIONS = (
    *("--env", f"PORT={APP}", "--env", f"BACKEND_PORT={BACKEND}"),
    *UNLIMITED,
    *TEST_ANSWER,
)


def start(*arguments: str) -> str:
    """Start a container in the host's network; return its ID."""
    return docker("run", "--detach", "--rm", "--network", "host", *arguments)


def seconds_to_200(url: str) -> float:
    """Wait for the first 200; return the seconds."""
    started = time.monotonic()
    while time.monotonic() - started < 60:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return time.monotonic() - started
        except OSError:
            time.sleep(0.005)
    raise TimeoutError(url)


def page_script(port: int) -> str:
    """Find the path of the page's script."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
        found = re.search(r'src="(/assets/[^"]+)"', page.read().decode())
    assert found
    return found[1]


def cpu_seconds(container: str) -> float:
    """Return the CPU time that a container's processes have used."""
    total = 0
    for process in processes(container):
        try:
            fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:  # a health check that has ended
            continue
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def load(url: str, container: str) -> tuple[float, float]:
    """Load a URL with wrk; return requests per second and per CPU-second of the container."""
    before = cpu_seconds(container)
    command = ["wrk", "-t1", "-c32", f"-d{LOAD_SECONDS}s", "-H", "Accept-Encoding: br", url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    used = cpu_seconds(container) - before
    if "Non-2xx" in text:
        raise RuntimeError(text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    count = re.search(r"(\d+) requests in", text)
    assert rate
    assert count
    return float(rate[1]), int(count[1]) / used


@dataclass
class Server:
    """A way to serve the app, and its results by the number of streams."""

    key: str
    """The prefix of its rows' names."""
    name: str
    port: int
    container: str
    late: dict[int, list[list[float]]] = field(default_factory=lambda: {n: [] for n in STREAMS})
    """For each round, the delay of each event in milliseconds, once all streams are open."""
    opening: dict[int, list[list[float]]] = field(default_factory=lambda: {n: [] for n in STREAMS})
    """The same for the events before that."""
    memory: dict[int, list[float]] = field(default_factory=lambda: {n: [] for n in STREAMS})

    def percentile(self, number: int, percent: int) -> list[float]:
        """Return the percentile of the delays, for each round with that number of streams."""
        return percentiles(self.late[number], percent)


def percentiles(rounds: list[list[float]], percent: int) -> list[float]:
    """Return the percentile of each round."""
    return [statistics.quantiles(late, n=100, method="inclusive")[percent - 1] for late in rounds]


async def pieces(reader: asyncio.StreamReader) -> AsyncGenerator[bytes]:
    """Yield the chunks of a response."""
    await reader.readuntil(b"\r\n\r\n")
    while size := int(await reader.readline(), 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)


async def open_streams(server: Server, number: int) -> None:
    """Open a number of streams, and record each event's delay and the memory in between."""

    async def stream(delay: float) -> list[tuple[float, float]]:
        await asyncio.sleep(delay)  # spreads the events of all streams over time
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        body = json.dumps(conversation(f"{EVENTS} {INTERVAL}")).encode()
        writer.write(
            b"POST /stream HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        events = []
        unread = b""
        async for piece in pieces(reader):
            *lines, unread = (unread + piece).split(b"\n")
            events += [
                (float(made[1]), time.monotonic())
                for line in lines
                if (made := re.search(rb'"text":"([\d.]+)"', line))
            ]
        writer.close()
        if len(events) != EVENTS:
            raise RuntimeError(f"{server.name} sent {len(events)} of {EVENTS} events.")
        return events

    streams = asyncio.gather(*(stream(INTERVAL * i / number) for i in range(number)))
    await asyncio.sleep(EVENTS * INTERVAL / 2)
    server.memory[number].append(await asyncio.to_thread(megabytes, server.container))
    opened = await streams
    all_open = max(events[0][1] for events in opened)
    delays: dict[bool, list[float]] = {True: [], False: []}
    for made, arrived in (event for events in opened for event in events):
        delays[made >= all_open].append((arrived - made) * 1000)
    server.late[number].append(delays[True])
    server.opening[number].append(delays[False])


@contextmanager
def worker(base: Path, key: str, name: str, main: Path | None = None) -> Iterator[Server]:
    """Serve the app with workerd and one container, without the proxy of `wrangler dev`.

    Args:
        base: Where to put the project.
        key: The prefix of its rows' names.
        name: Its name in the table.
        main: A Worker to use instead of the app's own.

    Yields:
        The server, once its container runs.
    """
    settings = {"MAX_INSTANCES": 1, "REQUESTS_PER_INSTANCE": 1000, "SLEEP_AFTER_SECONDS": 600}
    project = prepare(shared(base, "cloudflare"), base / f"serving-{key}", **settings)
    if main:
        shutil.copy(main, project / "worker/index.ts")
    with Preview(project) as preview:
        seconds_to_200(f"{preview.url}/env")
        [container] = preview.containers()
        yield Server(key, name, preview.worker_port(), container)


def worker_rows(behind: Server, floor: Server) -> list[Row]:
    """Compare the Worker with one that only passes requests on, in turns."""
    most = STREAMS[-1]
    servers = [replace(s, late={most: []}, opening={most: []}) for s in (behind, floor)]
    for number in range(FLOOR_ROUNDS):
        for server in servers[:: 1 if number % 2 else -1]:
            asyncio.run(open_streams(server, most))
    ours, bare = servers
    rows = [
        compared(
            f"worker-floor-p{percent}",
            f"{ours.name}: an event with {most} streams, p{percent}",
            ours.percentile(most, percent),
            (FLOOR, bare.percentile(most, percent)),
            "ms",
        )
        for percent in (50, 99)
    ]
    opening = compared(
        "worker-floor-opening",
        f"{ours.name}: an event while {most} streams open, p99",
        percentiles(ours.opening[most], 99),
        (FLOOR, percentiles(bare.opening[most], 99)),
        "ms",
    )
    return [rows[0], rows[1].at_most(1.2), opening]


def stream_rows(servers: list[Server]) -> list[Row]:
    """Compare delays and memory by the number of streams with requesting uvicorn directly."""
    direct, *others = servers
    rows = [
        compared(
            f"{server.key}-{number}-p{percent}",
            f"{server.name}: an event with {number} stream{'s' if number > 1 else ''}, p{percent}",
            server.percentile(number, percent),
            (DIRECT, direct.percentile(number, percent)),
            "ms",
        )
        for server in others
        for number in STREAMS
        for percent in (50, 99)
    ]
    image = servers[1]
    for percent, limit in ((50, 0.3), (99, 5)):
        pairs = zip(image.percentile(500, percent), direct.percentile(500, percent), strict=True)
        added = [behind - asked for behind, asked in pairs]
        what = f"what nginx adds to an event with 500 streams, p{percent}"
        rows.append(measured(f"added-p{percent}", what, added, "ms").at_most(limit))
    for server in servers:
        # in the first round only: later streams reuse the memory that earlier ones have freed
        grown = server.memory[STREAMS[-1]][0] - server.memory[STREAMS[0]][0]
        each = grown * 1024 / (STREAMS[-1] - STREAMS[0])
        what = f"{server.name}: memory per stream, with 500"
        rows.append(measured(f"{server.key}-memory", what, [each], "KiB"))
    return rows


def request_rows(image: str, frontend: str, nginx: str) -> list[Row]:
    """Compare the throughput of a file and of the API with their baselines."""
    script = page_script(APP)
    targets = {
        "image": (f"http://127.0.0.1:{APP}{script}", image),
        "nginx": (f"http://127.0.0.1:{NGINX}{script}", nginx),
        "frontend": (f"http://127.0.0.1:{FRONTEND}{script}", frontend),
        "env": (f"http://127.0.0.1:{APP}/env", image),
        "direct": (f"http://127.0.0.1:{BACKEND}/env", image),
    }
    wall: dict[str, list[float]] = {name: [] for name in targets}
    cpu: dict[str, list[float]] = {name: [] for name in targets}
    for number in range(LOAD_ROUNDS):
        names = list(targets)[:: 1 if number % 2 else -1]  # no target always goes first
        for name in names:
            rate, efficiency = load(*targets[name])
            wall[name].append(rate)
            cpu[name].append(efficiency)
    rows = []
    for key, what, name, baseline, other, limit in (
        ("static-nginx", "a file, image", "image", "bare nginx", "nginx", 0.95),
        ("static-frontend", "a file, image", "image", "`app.frontend()`", "frontend", 10),
        ("env", "`/env`, image", "env", DIRECT, "direct", 1.05),
    ):
        both = (baseline, wall[other])
        by_cpu = f"{what}: requests per CPU-second"
        rows += [
            compared(key, what, wall[name], both, "per second").at_least(limit),
            compared(f"{key}-cpu", by_cpu, cpu[name], (baseline, cpu[other])),
        ]
    return rows


def measure(base: Path) -> list[Row]:
    """Measure all servers in turns."""
    docker("build", "--tag", IMAGE, str(shared(base, "monolith")))
    peer = ("--volume", f"{HERE}/frontend.py:/opt/app/peer.py:ro", "--env", "LAYOUT=monolith")
    uvicorn = ("-m", "uvicorn", "peer:app", "--port", str(FRONTEND), "--log-level", "warning")
    config = ("--volume", f"{HERE / 'nginx.conf'}:/bench.conf:ro")
    containers = [
        start(*APP_OPTIONS, IMAGE),
        start(*UNLIMITED, *TEST_ANSWER, *peer, "--entrypoint", "python", IMAGE, *uvicorn),
        start("--entrypoint", "nginx", *config, IMAGE, "-e", "stderr", "-c", "/bench.conf"),
    ]
    try:
        seconds_to_200(f"http://127.0.0.1:{APP}/api/health")
        seconds_to_200(f"http://127.0.0.1:{FRONTEND}/api/health")
        image, frontend, nginx = containers
        servers = [
            Server("direct", DIRECT, BACKEND, image),
            Server("image", "image", APP, image),
        ]
        with (
            worker(base, "worker", "Worker and container") as behind,
            worker(base, "floor", FLOOR, HERE / "floor.ts") as floor,
        ):
            servers.append(behind)
            for _ in range(STREAM_ROUNDS):
                for number in STREAMS:
                    for server in servers:
                        asyncio.run(open_streams(server, number))
            rows = stream_rows(servers) + worker_rows(behind, floor)
        return rows + request_rows(image, frontend, nginx)
    finally:
        docker("kill", *containers)
