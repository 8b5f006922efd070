"""Measure the monolith's image beside bare nginx, bare uvicorn and a bare FastAPI image.

Needs Docker and wrk. Everything runs on loopback, in bounded rounds that alternate:

    make bench-monolith > bench/monolith/results.md
"""

import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.conversation import conversation
from tests.real.docker import docker

HERE = Path(__file__).parent
ROUNDS = 11
SECONDS = 2
STREAMS, INTERVAL, EVENTS = 20, 0.01, 500
IMAGE, BARE = "bench-monolith", "bench-bare-fastapi"
APP, BACKEND, NGINX, FASTAPI = 33110, 33111, 33120, 33130
ANSWER = HERE.parents[1] / "tests/real/answer.py"


def start(*arguments: str) -> str:
    """Start a container in the host's network; give back its id."""
    return docker("run", "--detach", "--rm", "--network", "host", *arguments)


APP_OPTIONS = (
    *("--env", f"PORT={APP}", "--env", f"BACKEND_PORT={BACKEND}"),
    *("--env", "STREAM_REQUESTS_PER_MINUTE=1000000"),
    *("--volume", f"{ANSWER}:/opt/app/app/answer/__init__.py:ro"),
)


def seconds_to_200(url: str) -> float:
    """Wait for the first 200; give back the seconds it took."""
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
    """Find the path of the script that the page loads."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
        found = re.search(r'src="(/assets/[^"]+)"', page.read().decode())
    assert found
    return found[1]


def cpu_seconds(container: str) -> float:
    """Give back the processor time that a container's processes have used."""
    total = 0
    for line in docker("top", container).splitlines()[1:]:
        try:
            fields = Path(f"/proc/{line.split()[1]}/stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:  # a health check that has ended
            continue
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def load(url: str, container: str) -> tuple[float, float]:
    """Load a URL with wrk; give back requests per second, and per CPU-second of the container."""
    before = cpu_seconds(container)
    command = ["wrk", "-t1", "-c32", f"-d{SECONDS}s", "-H", "Accept-Encoding: br", url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    used = cpu_seconds(container) - before
    if "Non-2xx" in text:
        raise RuntimeError(text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    count = re.search(r"(\d+) requests in", text)
    assert rate
    assert count
    return float(rate[1]), int(count[1]) / used


async def lateness(port: int) -> list[float]:
    """Hold the streams; give back by how many milliseconds each event was late."""

    async def stream() -> list[float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = json.dumps(conversation(f"{EVENTS} {INTERVAL}")).encode()
        writer.write(
            b"POST /stream HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        late = []
        async for line in reader:
            if b'"event":"token"' in line:
                made = float(json.loads(line.removeprefix(b"data: "))["text"])
                late.append((time.monotonic() - made) * 1000)
        writer.close()
        return late

    streams = await asyncio.gather(*(stream() for _ in range(STREAMS)))
    return [milliseconds for late in streams for milliseconds in late]


def measure_throughput(script: str, app: str, nginx: str) -> None:
    """Compare static files with bare nginx, and /env with uvicorn asked directly."""
    targets = [
        ("nginx", f"http://127.0.0.1:{NGINX}{script}", nginx),
        ("static", f"http://127.0.0.1:{APP}{script}", app),
        ("uvicorn", f"http://127.0.0.1:{BACKEND}/env", app),
        ("env", f"http://127.0.0.1:{APP}/env", app),
    ]
    rounds: dict[str, list[tuple[float, float]]] = {name: [] for name, _, _ in targets}
    for number in range(ROUNDS):
        for name, url, container in targets[:: 1 if number % 2 else -1]:  # none is always first
            rounds[name].append(load(url, container))
    print("## Requests\n\n| what | image/s | floor/s | ratio | ratio per CPU-second | bound |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, floor, bound in (("static", "nginx", 0.95), ("env", "uvicorn", 1.0)):
        pairs = list(zip(rounds[name], rounds[floor], strict=True))
        wall, cpu = (statistics.median(a[i] / b[i] for a, b in pairs) for i in (0, 1))
        image, bare = (statistics.median(r for r, _ in rounds[n]) for n in (name, floor))
        print(
            f"| {name} beside {floor} | {image:.0f} | {bare:.0f} "
            f"| {wall:.2f} | {cpu:.2f} | ≥ {bound} |"
        )


def measure_streams() -> None:
    """Compare how late events are through nginx and from the backend."""
    added: dict[int, list[float]] = {50: [], 99: []}
    for _ in range(ROUNDS):
        both = [statistics.quantiles(asyncio.run(lateness(p)), n=100) for p in (BACKEND, APP)]
        for percent, values in added.items():
            values.append(both[1][percent - 1] - both[0][percent - 1])
    rate = round(STREAMS / INTERVAL)
    print(f"\n## Latency that nginx adds to an event, up to {rate} events/s\n")
    print("| percentile | added ms | bound |\n| --- | --- | --- |")
    for percent, bound in ((50, 0.3), (99, 5)):
        print(f"| p{percent} | {statistics.median(added[percent]):.2f} | ≤ {bound} |")


def measure_starts() -> None:
    """Compare the time from docker run to the first 200, and the sizes."""
    times: dict[str, list[float]] = {IMAGE: [], BARE: []}
    for _ in range(ROUNDS):
        for image, port, options in (
            (IMAGE, APP, APP_OPTIONS),
            (BARE, FASTAPI, ("--env", "LAYOUT=monolith")),
        ):
            started = time.monotonic()
            container = start(*options, image)
            seconds_to_200(f"http://127.0.0.1:{port}/api/health")
            times[image].append(time.monotonic() - started)
            docker("kill", container)
            time.sleep(0.5)
    print(
        "\n## Start and size\n\n| image | run to first 200, s | size, MB | over its base, MB |\n"
        "| --- | --- | --- | --- |"
    )
    size = {
        i: int(docker("image", "inspect", "--format", "{{.Size}}", i)) / 1e6
        for i in (IMAGE, BARE, "python:3.15-slim")
    }
    for image, values in times.items():
        print(
            f"| {image} | {statistics.median(values):.2f} | {size[image]:.0f} "
            f"| {size[image] - size['python:3.15-slim']:.0f} |"
        )
    print("\nLayers of the image:\n\n```")
    layers = docker("history", "--no-trunc", "--format", "{{.Size}}\t{{.CreatedBy}}", IMAGE)
    for line in layers.splitlines():
        if not line.startswith("0B"):
            print(line[:110])
    print("```")


def main(project: Path) -> None:
    """Build, measure, print Markdown."""
    if not shutil.which("wrk"):
        sys.exit("wrk is missing, which makes the load: install it, as by apt-get install wrk.")
    docker("build", "--tag", IMAGE, str(project))
    docker("build", "--tag", BARE, "--file", str(HERE / "Dockerfile.bare"), str(project))
    print(
        "# The monolith beside its floors\n\nOne run, rounds alternating, medians; "
        "`make bench-monolith`. Two cores that also run the load.\n"
    )
    config = f"{HERE / 'nginx.conf'}:/bench.conf:ro"
    nginx = (
        "--entrypoint",
        "nginx",
        "--volume",
        config,
        IMAGE,
        "-e",
        "stderr",
        "-c",
        "/bench.conf",
    )
    containers = [start(*APP_OPTIONS, IMAGE), start(*nginx)]
    try:
        seconds_to_200(f"http://127.0.0.1:{APP}/api/health")
        measure_throughput(page_script(APP), *containers)
        measure_streams()
    finally:
        docker("kill", *containers)
    measure_starts()
