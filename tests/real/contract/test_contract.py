"""The project's own contract suite, in Chromium, against each server that its commands start."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests import projects
from tests.real.cloudflare.preview import Preview, prepare
from tests.real.docker import docker
from tests.real.monolith.container import HARDENED, Container

pytestmark = [pytest.mark.usefixtures("docker"), pytest.mark.xdist_group("contract")]

REFUSALS = Path(__file__).parent / "refusals.test.ts"


@pytest.fixture(scope="module")
def app(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of both layouts, whose suite has the tests of real refusals too."""
    folder = tmp_path_factory.mktemp("contract") / "my-app"
    subprocess.run(["cp", "-al", projects.shared(shared_folder, "both"), folder], check=True)
    shutil.copy(REFUSALS, folder / "e2e")
    return folder


@contextmanager
def serve(app: Path, command: str, url: str) -> Iterator[str]:
    """Run a command of the project until it serves, and stop it with all that it started."""
    with (app / "server.log").open("w") as log:
        server = subprocess.Popen(
            ["bun", "run", command], cwd=app, env=projects.environment(), stdin=subprocess.DEVNULL,
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 240
        while True:
            assert server.poll() is None, (app / "server.log").read_text()[-4000:]
            assert time.monotonic() < deadline, (app / "server.log").read_text()[-4000:]
            try:
                if httpx.get(f"{url}/api/health", timeout=60).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.5)
        yield url
    finally:
        os.killpg(server.pid, signal.SIGINT)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def check_contract(app: Path, url: str, *options: str) -> None:
    """Run the suite, or the part that options choose, against a URL."""
    command = ("env", f"E2E_URL={url}", "bun", "run", "e2e", *options)
    done = projects.run(app, *command, seconds=600)
    assert " passed" in done.stdout


def test_the_dev_server(app: Path) -> None:
    chosen = ("--grep-invert", "@production|@limited|@starting")
    projects.run(app, "bun", "run", "e2e", *chosen, seconds=600)


@pytest.mark.parametrize(
    ("command", "url"),
    [
        ("dev:cloudflare", "http://localhost:8787"),
        ("preview", "http://localhost:8787"),
        ("preview:monolith", "http://localhost:8080"),
    ],
)
def test_a_server_of_built_files(app: Path, command: str, url: str) -> None:
    with serve(app, command, url) as served:
        check_contract(app, served, "--grep-invert", "@limited|@starting")


def test_a_real_limit_in_the_page(app: Path) -> None:
    docker("build", "--quiet", "--tag", "contract-test", str(app))
    with Container.start(
        "contract-test", *HARDENED, "--env", "STREAM_REQUESTS_PER_MINUTE=6"
    ) as image:
        check_contract(app, image.wait_until_ready().url, "--grep", "@limited")


def test_a_real_backend_that_does_not_start_in_the_page(app: Path, tmp_path: Path) -> None:
    folder = prepare(app, tmp_path / "app", START_SECONDS=1)
    projects.run(app, "bun", "run", "build:cloudflare-local")
    shutil.copytree(app / "dist/frontend-dev", folder / "dist/frontend-dev", dirs_exist_ok=True)
    dockerfile = folder / "Dockerfile-cloudflare"
    never = 'CMD ["python", "-c", "import time; time.sleep(1000)"]'
    dockerfile.write_text(f"{dockerfile.read_text().rpartition('CMD')[0]}{never}\n")
    with Preview(folder) as preview:
        check_contract(app, preview.url, "--grep", "@starting")
