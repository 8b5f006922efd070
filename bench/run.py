"""Run one bench on a freshly generated project, and print its results: `make bench-NAME`."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.cloudflare import bench as cloudflare
from bench.generation import bench as generation
from bench.model import bench as model
from bench.monolith import bench as monolith
from bench.serving import bench as serving
from bench.wake import bench as wake
from tests.projects import shared
from tests.real.docker import docker
from tools.generate import ROOT

IMAGE_PORT = 8080


@contextmanager
def served_image(project: Path) -> Iterator[str]:
    """Build the image of a project and serve it.

    Yields:
        Its URL.
    """
    docker("build", "--tag", "bench-app", str(project))
    publish = f"127.0.0.1:{IMAGE_PORT}:80"
    container = docker("run", "--detach", "--rm", "--publish", publish, "bench-app")
    url = f"http://127.0.0.1:{IMAGE_PORT}/"
    try:
        with httpx.Client(trust_env=False) as client:
            wait_for(lambda: client.get(f"{url}api/health").status_code == 200)
        yield url
    finally:
        docker("kill", container)


def wait_for(is_up: Callable[[], bool], seconds: float = 60) -> None:
    """Ask again until a server is up.

    Raises:
        TimeoutError: it did not come up in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if is_up():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise TimeoutError


def app(base: Path) -> None:
    """Measure the page and the development loop."""
    project = shared(base, "monolith")
    with served_image(project) as url:
        command = ["bun", str(ROOT / "bench/app/bench.ts"), str(project), f"image={url}"]
        subprocess.run(command, check=True)


def page(base: Path) -> None:
    """Measure the page's main thread while an answer streams."""
    project = shared(base, "monolith")
    subprocess.run(["bun", str(ROOT / "bench/page/bench.ts"), str(project)], check=True)


BENCHES: dict[str, Callable[[Path], None]] = {
    "generation": generation.main,
    "app": app,
    "cloudflare": lambda base: cloudflare.main(shared(base, "cloudflare")),
    "model": lambda _: model.main(),
    "monolith": lambda base: monolith.main(shared(base, "monolith")),
    "serving": lambda base: serving.main(shared(base, "monolith")),
    "page": page,
    "wake": lambda base: wake.main(shared(base, "cloudflare")),
}


def main(name: str) -> None:
    """Run a bench in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        BENCHES[name](Path(folder))


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in BENCHES:
        sys.exit(f"Usage: python -m bench.run {'|'.join(BENCHES)}")
    main(sys.argv[1])
