"""Cost, added latency, and cold start of the Cloudflare layout and of the `Container` class.

Both sides run at the same time, with the same image, in `wrangler dev`.
"""

import json
import shutil
import statistics
import threading
import time
from pathlib import Path

import httpx

from bench.results import Row, compared
from tests import projects
from tests.conversation import conversation
from tests.projects import shared
from tests.real.cloudflare.preview import Preview, prepare

HERE = Path(__file__).parent
TRACE_SECONDS = 60
IDLE_SECONDS = 20
ROUNDS = 11
PEER = "`Container` class"

Samples = tuple[list[float], list[float]]
"""The results of both sides, round by round."""


def side(app: Path, base: Path, instances: int, *, peer: bool) -> Preview:
    """Set up one of the two sides with a number of instances."""
    folder = base / f"{'peer' if peer else 'ours'}-{instances}"
    settings = {"SLEEP_AFTER_SECONDS": IDLE_SECONDS, "REQUESTS_PER_INSTANCE": 20}
    prepare(app, folder, MAX_INSTANCES=instances, **settings)
    shutil.copy(HERE / "answer.py", folder / "backend/app/answer.py")
    if peer:
        shutil.copytree(HERE / "peer", folder / "peer")
        projects.run(folder / "peer", "bun", "install", "--no-save")
        config = folder / "wrangler.toml"
        config.write_text(config.read_text().replace("worker/index.ts", "peer/index.ts"))
    return Preview(folder)


def container_seconds(preview: Preview, seconds: dict[str, float], name: str) -> None:
    """Send one request a second for a minute, wait for sleep, and add up the running time."""
    used, last, sent = 0.0, time.monotonic(), 0
    began = last
    while True:
        now = time.monotonic()
        running = len(preview.containers())
        used += running * (now - last)
        last = now
        if now - began >= TRACE_SECONDS and not running:
            break
        if now - began < TRACE_SECONDS and now - began >= sent:
            assert httpx.get(f"{preview.url}/env", timeout=60).status_code == 200
            sent += 1
        time.sleep(0.2)
    seconds[name] = used


def request_milliseconds(preview: Preview, number: int) -> list[float]:
    """Time warm requests, one after another on one connection."""
    with httpx.Client() as client:
        times = []
        for _ in range(number):
            began = time.perf_counter()
            client.get(f"{preview.url}/env")
            times.append((time.perf_counter() - began) * 1000)
    return times


def event_milliseconds(preview: Preview, number: int) -> list[float]:
    """Measure the time from each event's creation to its arrival."""
    times = []
    with httpx.stream("POST", f"{preview.url}/stream", json=conversation(str(number))) as response:
        for line in response.iter_lines():
            if line.startswith("data:") and "text" in line:
                made = float(json.loads(line.removeprefix("data:"))["text"])
                times.append((time.time() - made) * 1000)
    return times


def cold_seconds(preview: Preview) -> float:
    """Measure the time to the first byte when no container runs.

    The container has just been stopped, so wrangler's proxy for it still runs: its start would take
    longer than the container's. Cloudflare has no such proxy.
    """
    preview.sleep()
    time.sleep(1)
    began = time.perf_counter()
    with httpx.stream("GET", f"{preview.url}/env", timeout=60) as response:
        assert response.status_code == 200, response.read()
        return time.perf_counter() - began


def light_trace(app: Path, base: Path) -> Row:
    """Compare how long containers run under light traffic."""
    with side(app, base, 5, peer=False) as ours, side(app, base, 5, peer=True) as peer:
        used: dict[str, float] = {}
        traces = [
            threading.Thread(target=container_seconds, args=(preview, used, name))
            for name, preview in (("ours", ours), ("peer", peer))
        ]
        for trace in traces:
            trace.start()
        for trace in traces:
            trace.join()
    what = "container-seconds of a light trace"
    return compared("cost", what, [used["ours"]], (PEER, [used["peer"]]), "s").at_most(0.25)


def measure(base: Path) -> list[Row]:
    """Measure both sides, which take turns going first."""
    app, folder = shared(base, "cloudflare"), base / "cloudflare-sides"
    rows = [light_trace(app, folder)]
    with side(app, folder, 1, peer=False) as ours, side(app, folder, 1, peer=True) as peer:
        previews = (ours, peer)
        cold: Samples = ([], [])
        requests: Samples = ([], [])
        events: Samples = ([], [])
        for number in range(ROUNDS):
            for index in (0, 1) if number % 2 else (1, 0):
                preview = previews[index]
                warm = request_milliseconds(preview, 100)[20:]
                requests[index].append(statistics.median(warm))
                late = event_milliseconds(preview, 40)[5:]
                events[index].append(statistics.median(late))
                cold[index].append(cold_seconds(preview))
    for name, what, (mine, theirs), unit, limit in (
        ("cold", "cold start to the first byte", cold, "s", 0.75),
        ("warm", "a warm `GET /env`", requests, "ms", 1),
        ("event", "a streamed event", events, "ms", 1),
    ):
        rows.append(compared(name, what, mine, (PEER, theirs), unit).at_most(limit))
    return rows
