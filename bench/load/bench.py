"""Mixed traffic against the image and the Worker, while containers are killed.

    python -m bench.load.bench [--minutes 60]      # prints; make bench-load also stores the results

The load goes only to this machine. The Worker runs under `wrangler dev` with three containers.
"""

import argparse
import asyncio
import random
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench import report
from bench.load.traffic import Failure, Traffic
from bench.results import Row, compared, measured
from bench.servers import memory, processes
from tests.backend import free_port
from tests.projects import shared
from tests.real.cloudflare.preview import Preview, prepare
from tests.real.docker import docker
from tests.real.monolith.container import (
    HARDENED,
    TEST_ANSWER,
    TEST_ENDPOINTS,
    UNLIMITED,
    Container,
)

MINUTES = 60
KILL_MINUTES = 5
SAMPLE_SECONDS = 2
INSTANCES = 3
WORKER = {"MAX_INSTANCES": INSTANCES, "REQUESTS_PER_INSTANCE": 8, "SLEEP_AFTER_SECONDS": 15}
AFTER_SECONDS = 90
"""The time after the traffic within which everything that it used must be gone."""
MOST_GROWTH = 1.1
"""How much more memory the last third of a container's life may take than the first."""
SHORTEST_LIFE = 30
"""Lives of fewer samples aren't compared."""
RUNTIME = "workerd"
"""The life whose memory is reported without a bound."""
WARM_UP = 10
"""The first samples of a life, which aren't compared."""


@dataclass(frozen=True)
class Kill:
    """A container that was killed: when, and when its server served again."""

    at: float
    until: float

    def explains(self, failure: Failure) -> bool:
        """Return whether the fault table names the failure: a request in that time."""
        return failure.began <= self.until and failure.ended >= self.at


@dataclass
class Subject:
    """A server under load."""

    name: str
    traffic: Traffic
    kill: Callable[[], Kill | None]
    """Kills a container and waits until the server serves again."""
    lives: Callable[[], dict[str, float]]
    """Returns the MiB of each container, by a name that a restart changes."""
    left: Callable[[], list[str]]
    """Lists what the traffic used and is still there."""
    rest: list[str] = field(default_factory=list)
    """What was left over when everything had ended."""
    kills: list[Kill] = field(default_factory=list)
    samples: dict[str, list[float]] = field(default_factory=dict)

    def sample(self) -> None:
        """Record the memory."""
        for life, mebibytes in self.lives().items():
            self.samples.setdefault(life, []).append(mebibytes)

    def unnamed(self) -> list[Failure]:
        """List the failures that no killed container explains."""
        explained = (any(kill.explains(f) for kill in self.kills) for f in self.traffic.failures)
        return [
            f for f, is_named in zip(self.traffic.failures, explained, strict=True) if not is_named
        ]

    def growth(self) -> tuple[float, float]:
        """Return the MiB in the first and the last third of the container's life that grew most.

        Raises:
            ValueError: No container lived long enough.
        """
        thirds = []
        for life, samples in self.samples.items():
            if len(samples) < SHORTEST_LIFE or life == RUNTIME:
                continue
            settled = samples[WARM_UP:]
            third = len(settled) // 3
            thirds.append((statistics.median(settled[:third]), statistics.median(settled[-third:])))
        if not thirds:
            raise ValueError(f"No container of {self.name} lived long enough: {self.samples}")
        return max(thirds, key=lambda pair: pair[1] / pair[0])


def connections(port: int) -> list[str]:
    """List the open connections to a port of this machine."""
    command = ["ss", "-tnH", "state", "connected", f"( sport = :{port} )"]
    listed = subprocess.check_output(command, text=True).splitlines()
    return [line for line in listed if not line.startswith("TIME-WAIT")]


def connections_inside(process: Path) -> list[str]:
    """List the open TCP connections in a process's network, except those that only wait."""
    found = []
    for table in ("tcp", "tcp6"):
        for line in (process / "net" / table).read_text().splitlines()[1:]:
            state = line.split()[3]
            if state not in ("06", "0A"):  # TIME_WAIT, LISTEN
                found.append(f"{table} {' '.join(line.split()[1:4])}")
    return found


def session(leader: int) -> list[Path]:
    """Return the processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == leader:
            found.append(stat.parent)
    return found


def runtime(preview: Preview) -> Path:
    """Return the workerd process that runs the Worker; another one is wrangler's own proxy."""
    listening = ["ss", "-ltnpH", f"( sport = :{preview.worker_port()} )"]
    printed = subprocess.check_output(listening, text=True)
    return Path("/proc", *re.findall(r'"workerd",pid=(\d+)', printed))


def command(process: Path) -> str:
    """Return a process's command line."""
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200] or "a zombie"
    except (FileNotFoundError, ProcessLookupError):
        return "a process that has just ended"


def container_life(container: str) -> dict[str, float]:
    """Return the MiB of a container, by its first process; empty if it has ended."""
    try:
        found = processes(container)
    except AssertionError:
        return {}
    return {str(found[0]): memory(found)}


@contextmanager
def image(base: Path) -> Iterator[Subject]:
    """Serve the image as compose.yaml does; Docker restarts it when it ends."""
    docker("build", "--quiet", "--tag", "bench-load", str(shared(base, "monolith")))
    port = free_port()
    options = ("--restart", "unless-stopped", "--publish", f"127.0.0.1:{port}:80")
    limits = ("--memory", "512m", "--pids-limit", "128")
    settings = (*HARDENED, *UNLIMITED, *TEST_ANSWER, *TEST_ENDPOINTS, *limits)
    with Container.start("bench-load", *options, *settings) as container:
        container.url = f"http://127.0.0.1:{port}"  # stays the same after a restart
        container.wait_until_ready()
        at_start = len(processes(container.name))

        def started() -> str:
            return docker("inspect", "--format", "{{.State.StartedAt}}", container.name)

        def kill() -> Kill:
            at, before = time.monotonic(), started()
            container.kill("python -m app")
            while started() == before:
                time.sleep(0.05)
            container.wait_until_ready()
            return Kill(at, time.monotonic())

        def left() -> list[str]:
            found = processes(container.name)
            more = [command(process) for process in found] if len(found) > at_start else []
            return more + connections_inside(found[0])

        def lives() -> dict[str, float]:
            return container_life(container.name)

        page = httpx.get(container.url, trust_env=False).text
        traffic = Traffic(container.url, page.split(' src="', 1)[1].split('"')[0])
        subject = Subject("image", traffic, kill, lives, left)
        yield subject
    subject.rest += docker("ps", "--all", "--quiet", "--filter", f"name={container.name}").split()


@contextmanager
def worker(base: Path) -> Iterator[Subject]:
    """Serve the Worker with three containers under `wrangler dev`."""
    project = prepare(shared(base, "cloudflare"), base / "load", **WORKER)
    with Preview(project) as preview:

        def kill() -> Kill | None:
            running = preview.containers()
            if not running:
                return None
            at = time.monotonic()
            docker("kill", random.choice(running))
            return Kill(at, time.monotonic())

        def left() -> list[str]:
            return preview.containers() + connections(preview.port)

        workerd = runtime(preview)

        def lives() -> dict[str, float]:
            found = {RUNTIME: memory([workerd])}
            for name in preview.containers():
                found |= container_life(name)
            return found

        traffic = Traffic(preview.url, "/assets/app-1a2b.js")
        subject = Subject("Worker", traffic, kill, lives, left)
        yield subject
    subject.rest += docker("ps", "--all", "--quiet", "--filter", f"name={preview.name}").split()
    subject.rest += ended(lambda: [command(process) for process in session(preview.process.pid)])


async def load(subjects: list[Subject], minutes: float) -> None:
    """Run all traffic; kill a container of each server in turns; record the memory."""
    seconds = minutes * 60
    between = min(KILL_MINUTES * 60, seconds / (len(subjects) + 1))

    async def kill() -> None:
        began = time.monotonic()
        for number in range(1, int(seconds / between - 0.5) + 1):
            await asyncio.sleep(began + number * between - time.monotonic())
            subject = subjects[number % len(subjects)]
            if killed := await asyncio.to_thread(subject.kill):
                subject.kills.append(killed)

    async def watch() -> None:
        while True:
            await asyncio.sleep(SAMPLE_SECONDS)
            for subject in subjects:
                await asyncio.to_thread(subject.sample)

    watcher = asyncio.create_task(watch())
    await asyncio.gather(kill(), *(subject.traffic.run(seconds) for subject in subjects))
    watcher.cancel()


def ended(left: Callable[[], list[str]]) -> list[str]:
    """Wait until nothing is left over, and return what still is."""
    deadline = time.monotonic() + AFTER_SECONDS
    while (found := left()) and time.monotonic() < deadline:
        time.sleep(1)
    return found


def rows(subject: Subject) -> list[Row]:
    """Report what became of a server under load."""
    name, key, failures = subject.name, subject.name.lower(), subject.traffic.failures
    unnamed = subject.unnamed()
    for failure in unnamed:
        print(f"{name}: {failure}", flush=True)
    for line in subject.rest:
        print(f"{name}: left over: {line}", flush=True)
    first, last = subject.growth()
    named = len(failures) - len(unnamed)
    growth = f"{name}: memory, last third of a container's life"
    rest = f"{name}: processes, sockets, and containers left over"
    runtime_memory = subject.samples.get(RUNTIME)
    return [
        measured(f"{key}-requests", f"{name}: requests", [subject.traffic.sent.total()]),
        measured(f"{key}-kills", f"{name}: containers killed", [len(subject.kills)]),
        measured(f"{key}-named", f"{name}: failures that the fault table names", [named]),
        measured(f"{key}-unnamed", f"{name}: other failures", [len(unnamed)]).at_most(0),
        compared(f"{key}-memory", growth, [last], ("the first third", [first]), "MiB").at_most(
            MOST_GROWTH
        ),
        measured(f"{key}-left", rest, [len(subject.rest)]).at_most(0),
        *([workerd_row(runtime_memory)] if runtime_memory else []),
    ]


def workerd_row(samples: list[float]) -> Row:
    """Report the memory of workerd at the end, compared with the middle of the run."""
    middle = samples[len(samples) // 2]
    what = "Worker: memory of workerd at the end"
    return compared("worker-runtime", what, [samples[-1]], ("in the middle", [middle]), "MiB")


def measure(base: Path, minutes: float = MINUTES) -> list[Row]:
    """Load both servers at the same time."""
    with image(base) as monolith, worker(base) as cloudflare:
        subjects = [monolith, cloudflare]
        asyncio.run(load(subjects, minutes))
        for subject in subjects:
            subject.rest += ended(subject.left)
    return [row for subject in subjects for row in rows(subject)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=MINUTES)
    with tempfile.TemporaryDirectory() as folder:
        print(report.terminal(measure(Path(folder), parser.parse_args().minutes)))
