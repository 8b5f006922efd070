"""Measure how each way to serve the app bears concurrent streams and requests for files.

Needs Docker and wrk. Everything runs on loopback, in bounded rounds that alternate:

    make bench-serving > bench/serving/results.md
"""

import asyncio
import json
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.monolith.bench import APP, APP_OPTIONS, BACKEND, load, page_script, seconds_to_200, start
from tests.conversation import conversation
from tests.projects import shared
from tests.real.cloudflare.preview import Preview, prepare
from tests.real.docker import docker

HERE = Path(__file__).parent
IMAGE = "bench-serving"
FRONTEND = 33140
STREAMS = (1, 50, 200, 500)
EVENTS, INTERVAL = 12, 0.5
ROUNDS = 3


@dataclass
class Server:
    """A way to serve the app, and what was measured of it, by the number of streams."""

    name: str
    port: int
    container: str
    late: dict[int, list[float]] = field(default_factory=lambda: {n: [] for n in STREAMS})
    memory: dict[int, list[float]] = field(default_factory=lambda: {n: [] for n in STREAMS})


async def hold(server: Server, number: int) -> None:
    """Hold so many streams, and note how late each event was and the memory in between."""

    async def stream(delay: float) -> list[float]:
        await asyncio.sleep(delay)  # so that the events of all streams do not come at once
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        body = json.dumps(conversation(f"{EVENTS} {INTERVAL}")).encode()
        writer.write(
            b"POST /stream HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        late = [
            (time.monotonic() - float(made[1])) * 1000
            async for line in reader
            if (made := re.search(rb'"text":"([\d.]+)"', line))  # chunks may split an event
        ]
        writer.close()
        if len(late) != EVENTS:
            raise RuntimeError(f"{server.name} sent {len(late)} of {EVENTS} events.")
        return late

    streams = asyncio.gather(*(stream(INTERVAL * i / number) for i in range(number)))
    await asyncio.sleep(EVENTS * INTERVAL / 2)
    server.memory[number].append(await asyncio.to_thread(memory, server.container))
    server.late[number] += [milliseconds for late in await streams for milliseconds in late]


def memory(container: str) -> float:
    """Give back the MiB of a container's processes, shared pages counted once."""
    pids = [line.split()[1] for line in docker("top", container).splitlines()[1:]]
    kib = 0
    for pid in pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):  # a health check that has ended
            continue
        kib += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return kib / 1024


@contextmanager
def worker(folder: Path) -> Iterator[Server]:
    """Serve the app by workerd and one container, without the proxy of `wrangler dev`."""
    settings = {"MAX_INSTANCES": 1, "REQUESTS_PER_INSTANCE": 1000, "SLEEP_AFTER_SECONDS": 600}
    project = prepare(shared(folder, "cloudflare"), folder / "worker", **settings)
    with Preview(project) as preview:
        seconds_to_200(f"{preview.url}/env")
        [container] = preview.containers()
        yield Server("Worker and container", preview.worker_port(), container)


def report_streams(servers: list[Server]) -> None:
    """Print latency and memory by the number of streams."""
    print(
        "## Streams\n\nMilliseconds from the event's making to its arrival; MiB of the container.\n"
    )
    print("| server | streams | p50 | p99 | memory | KiB per stream |")
    print("| --- | --- | --- | --- | --- | --- |")
    for server in servers:
        least = statistics.median(server.memory[STREAMS[0]])
        for number in STREAMS:
            percentiles = statistics.quantiles(server.late[number], n=100)
            used = statistics.median(server.memory[number])
            each = f"{(used - least) * 1024 / (number - 1):.1f}" if number > 1 else ""
            late = f"{percentiles[49]:.2f} | {percentiles[98]:.2f}"
            print(f"| {server.name} | {number} | {late} | {used:.0f} | {each} |")


def report_requests(image: Server, frontend: Server, script: str) -> None:
    """Print the throughput of a file and of the API, beside uvicorn and `app.frontend()`."""
    targets = {
        "file, image": (f"http://127.0.0.1:{APP}{script}", image.container),
        "file, `app.frontend()`": (f"http://127.0.0.1:{FRONTEND}{script}", frontend.container),
        "/env, image": (f"http://127.0.0.1:{APP}/env", image.container),
        "/env, uvicorn": (f"http://127.0.0.1:{BACKEND}/env", image.container),
    }
    rates: dict[str, list[float]] = {name: [] for name in targets}
    for _ in range(ROUNDS):
        for name, (url, container) in targets.items():
            rates[name].append(load(url, container)[0])
    print("\n## Requests\n\n| what | a second | ratio | lowest and highest | bound |")
    print("| --- | --- | --- | --- | --- |")
    file, peer_file, env, peer_env = targets
    for ours, theirs, bound in ((file, peer_file, 10), (env, peer_env, 1.2)):
        ratios = [a / b for a, b in zip(rates[ours], rates[theirs], strict=True)]
        print(
            f"| {ours} beside {theirs} | {statistics.median(rates[ours]):.0f} and "
            f"{statistics.median(rates[theirs]):.0f} | {statistics.median(ratios):.2f} "
            f"| {min(ratios):.2f} to {max(ratios):.2f} | ≥ {bound} |"
        )


def main(project: Path) -> None:
    """Build, measure, print Markdown."""
    docker("build", "--tag", IMAGE, str(project))
    peer = ("--volume", f"{HERE}/frontend.py:/opt/app/peer.py:ro", "--env", "LAYOUT=monolith")
    command = ("-m", "uvicorn", "peer:app", "--port", str(FRONTEND), "--log-level", "warning")
    image = start(*APP_OPTIONS, IMAGE)
    frontend = start(*APP_OPTIONS[-2:], *peer, "--entrypoint", "python", IMAGE, *command)
    try:
        seconds_to_200(f"http://127.0.0.1:{APP}/api/health")
        seconds_to_200(f"http://127.0.0.1:{FRONTEND}/api/health")
        with tempfile.TemporaryDirectory() as folder, worker(Path(folder)) as behind_worker:
            servers = [
                Server("uvicorn, asked directly", BACKEND, image),
                Server("image: nginx and uvicorn", APP, image),
                Server("uvicorn with `app.frontend()`", FRONTEND, frontend),
                behind_worker,
            ]
            for _ in range(ROUNDS):
                for number in STREAMS:
                    for server in servers:
                        asyncio.run(hold(server, number))
        print(
            "# Serving: streams and requests\n\n`make bench-serving`; "
            f"{ROUNDS} rounds, the servers taking turns, medians. Two cores that also run the "
            f"load. A stream has {EVENTS} events, {INTERVAL} s apart.\n"
        )
        report_streams(servers)
        report_requests(servers[1], servers[2], page_script(APP))
    finally:
        docker("kill", image, frontend)
