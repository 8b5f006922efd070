"""`wrangler dev` with real containers, for the tests in this folder."""

import os
import re
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

from tests import projects
from tests.backend import free_port
from tests.real.docker import docker

REAL = Path(__file__).parents[1]
PAGE = "<!doctype html><title>page</title>"
SETTINGS = {"SLEEP_AFTER_SECONDS": 6, "REQUESTS_PER_INSTANCE": 2, "START_SECONDS": 60}


def prepare(app: Path, folder: Path, **settings: int) -> Path:
    """Copy a project, and give its backend the answer and the endpoints of the tests.

    Args:
        app: An installed project, which stays unchanged.
        folder: Where to put the copy.
        settings: Variables in wrangler.toml to change, in addition to `SETTINGS`.

    Returns:
        The copy: a page with one file, the endpoints and the answer of tests/real, and no rate
        limit.
    """
    leave_out = shutil.ignore_patterns("node_modules", ".venv", ".wrangler", "dist")
    shutil.copytree(app, folder, ignore=leave_out)
    (folder / "node_modules").symlink_to(app / "node_modules")
    shutil.copy(REAL / "answer.py", folder / "backend/app/answer.py")
    shutil.copy(REAL / "echo.py", folder / "backend/app/routes/health.py")
    (folder / "backend/.venv").symlink_to(app / "backend/.venv")
    projects.run(folder, "bun", "scripts/cloudflare/routes.ts")
    dist = folder / "dist/frontend-dev"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text(PAGE)
    (dist / "assets/app-1a2b.js").write_text("export {};\n")
    projects.run(folder, "bun", "scripts/cloudflare/assets.ts", "dist/frontend-dev")
    config = folder / "wrangler.toml"
    text = re.sub(r"simple = \{ limit = \d+", "simple = { limit = 1000000", config.read_text())
    text = re.sub(r'(?m)^name = ".*"', f'name = "t{uuid.uuid4().hex[:10]}"', text, count=1)
    for name, value in {**SETTINGS, **settings}.items():
        text, count = re.subn(rf"(?m)^{name} = \d+", f"{name} = {value}", text, count=1)
        assert count == 1, name
    config.write_text(text)
    return folder


@dataclass
class Preview:
    """A running `wrangler dev`. Leaving its `with` block stops it and its containers."""

    folder: Path
    ready: str = "/"
    """A path that responds with 200 when it is ready."""
    port: int = field(default_factory=free_port)

    def environment(self) -> dict[str, str]:
        """The variables that the project's scripts set for wrangler: no proxy for this machine."""
        return {**projects.environment(), "CI": "1", "NO_PROXY": "127.0.0.1,localhost,::1"}

    def __enter__(self) -> Self:
        """Start `wrangler dev`, and wait until it is ready."""
        self.url = f"http://127.0.0.1:{self.port}"
        self.name = re.findall(r'(?m)^name = "(.*)"', (self.folder / "wrangler.toml").read_text())[
            0
        ]
        self.log = (self.folder / "wrangler.log").open("w")
        self.events = self.follow_starts()
        command = ["node_modules/.bin/wrangler", "dev", "--assets", "dist/frontend-dev"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), "--inspector-port", str(free_port())],
            cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(self.url + self.ready, timeout=60).status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.2)
        self.__exit__()
        raise AssertionError(self.output()[-4000:])

    def __exit__(self, *_: object) -> None:
        """Stop `wrangler dev` and its containers."""
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()
        self.events.kill()
        self.events.wait()
        if left := docker("ps", "--all", "--quiet", "--filter", f"name={self.name}").split():
            docker("rm", "--force", *left, check=False)

    def worker_port(self) -> int:
        """Find the port on which workerd itself serves the Worker, behind wrangler's proxy."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for port in self.workerd_ports():
                try:
                    if "layout" in httpx.get(f"http://127.0.0.1:{port}/env", timeout=5).text:
                        return port
                except httpx.TransportError:
                    continue
        raise AssertionError("workerd is not listening on a port")

    def workerd_ports(self) -> Iterator[int]:
        """List the ports on which this preview's workerd listens."""
        for line in subprocess.check_output(["ss", "-ltnpH"], text=True).splitlines():
            address, owner = line.split()[3], line.split()[-1]
            port, pid = int(address.rpartition(":")[2]), re.findall(r'"workerd",pid=(\d+)', owner)
            if pid and os.getpgid(int(pid[0])) == self.process.pid and port != self.port:
                yield port

    def follow_starts(self) -> subprocess.Popen[bytes]:
        """Record each start as it happens, because the engine remembers only 256 events."""
        command = ["docker", "events", "--since", f"{time.time():.3f}", "--filter", "event=start"]
        with (self.folder / "starts.log").open("w") as log:
            return subprocess.Popen(
                [*command, "--format", "{{.Actor.Attributes.name}}"],
                stdout=log,
                stdin=subprocess.DEVNULL,
            )

    def starts(self) -> int:
        """Count the starts of the app's containers."""
        names = (self.folder / "starts.log").read_text().split()
        return sum(self.name in name and not name.endswith("-proxy") for name in names)

    def output(self) -> str:
        """Return the output of `wrangler dev`, including the Worker's log lines."""
        return (self.folder / "wrangler.log").read_text()

    def containers(self) -> list[str]:
        """Return the names of the app's running containers, without wrangler's proxies."""
        names = docker("ps", "--format", "{{.Names}}", "--filter", f"name={self.name}").split()
        return [name for name in names if not name.endswith("-proxy")]

    def logs_by_container(self) -> list[str]:
        """Return the logs of each running container."""
        return [docker("logs", name, check=False) for name in self.containers()]

    def logs(self) -> str:
        """Return the logs of the running containers."""
        return "".join(self.logs_by_container())

    def wait_for(self, number: int, seconds: float) -> None:
        """Wait until a number of containers run.

        Raises:
            AssertionError: They didn't within that time.
        """
        deadline = time.monotonic() + seconds
        while len(self.containers()) != number:
            assert time.monotonic() < deadline, f"{self.containers()}, not {number}"
            time.sleep(0.2)

    def sleep(self) -> None:
        """Stop all containers as a crash would, so that the next request starts one."""
        for name in self.containers():
            docker("kill", name, check=False)
        self.wait_for(0, 10)
        time.sleep(0.5)
