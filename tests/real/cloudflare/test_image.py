"""The container's image alone: its size, user, and bytecode, and how it reacts to SIGTERM."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bench.images.bench import IMAGES, base_megabytes, megabytes
from tests import recipes
from tests.conversation import conversation
from tests.projects import run
from tests.real.docker import docker
from tests.real.monolith.container import HARDENED, Container, with_strict_modes

pytestmark = pytest.mark.usefixtures("docker")

PORT = 30001
WORKER = (
    *("--env", "BACKEND_HOST=0.0.0.0"),
    *("--env", f"BACKEND_PORT={PORT}"),
    *("--env", "LAYOUT=cloudflare"),
)
"""The variables that worker/http/container-env.ts sets for the process."""


@pytest.fixture
def image(cloudflare_app: Path, tmp_path: Path) -> str:
    """Build the container's image of a generated project, as under umask 077."""
    tag = "cloudflare-test"
    project = with_strict_modes(cloudflare_app, tmp_path)
    dockerfile = str(project / "Dockerfile-cloudflare")
    docker("build", "--quiet", "--tag", tag, "--file", dockerfile, str(project))
    return tag


@pytest.fixture
def app(image: str) -> Iterator[Container]:
    with Container.start(image, *HARDENED, *WORKER, port=PORT) as container:
        yield container.wait_until_ready()


def test_the_image_is_lean_compiled_and_runs_as_nobody(app: Container) -> None:
    assert app.run("id -u") == "10001"
    for tool in ("pip", "uv", "bun", "node", "gcc", "cc", "make", "curl"):
        assert app.run(f"command -v {tool}") == "", tool
    assert "No module named pip" in app.run("python -m pip")
    sources, compiled = (
        app.run(f"find /opt/app /opt/packages -name '*.{suffix}' | wc -l")
        for suffix in ("py", "pyc")
    )
    assert sources == compiled != "0"
    bytecode = app.run("python -c 'import json; print(json.__spec__.cached)' | xargs ls")
    assert bytecode.endswith(".pyc")


def test_the_image_adds_little_to_its_base(image: str, cloudflare_app: Path) -> None:
    dockerfile = cloudflare_app / IMAGES["container"].dockerfile
    assert megabytes(image) - base_megabytes(dockerfile) <= IMAGES["container"].most_megabytes


def test_an_image_that_cannot_start_is_found_before_it_is_deployed(
    cloudflare_app: Path, tmp_path: Path
) -> None:
    project = recipes.copy(cloudflare_app, tmp_path)
    command = ("bun", "run", "--cwd", "worker", "container")
    assert "The container's image starts, and streams." in run(project, *command).stdout
    main = project / "backend/app/main.py"
    opened = "    settings: Settings = app.state.settings\n"
    assert opened in main.read_text()
    write = '    __import__("pathlib").Path("data").mkdir()\n'
    main.write_text(main.read_text().replace(opened, opened + write))
    with pytest.raises(AssertionError, match="PermissionError"):
        run(project, *command)


def test_a_running_stream_outlives_sigterm(app: Container) -> None:
    with (
        httpx.Client(timeout=20) as client,
        client.stream("POST", f"{app.url}/stream", json=conversation("Finish this.")) as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines) == "event: token"
        docker("kill", "--signal", "TERM", app.name)
        assert "event: done" in list(lines)
    assert app.exit_status(10) == 0


def test_dockers_old_builder_is_rejected_first(
    cloudflare_app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    dockerfile = str(cloudflare_app / "Dockerfile-cloudflare")
    printed = docker("build", "--file", dockerfile, str(cloudflare_app), check=False)
    assert "needs BuildKit" in printed
    assert "Step 3" not in printed
