"""The image, built once, and containers of it that tests share."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.real.docker import docker as run_docker
from tests.real.monolith.container import HARDENED, UNLIMITED, Container, with_strict_modes


@pytest.fixture(scope="session")
def image(docker: None, monolith_app: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build the image of a generated project, as under umask 077."""
    tag = "monolith-test"
    project = with_strict_modes(monolith_app, tmp_path_factory.mktemp("image"))
    run_docker("build", "--quiet", "--tag", tag, str(project))
    return tag


@pytest.fixture(scope="session", params=[(), HARDENED], ids=["plain", "hardened"])
def app(request: pytest.FixtureRequest, image: str) -> Iterator[Container]:
    """A running container, with and without every restriction that the image supports."""
    with Container.start(image, *request.param, *UNLIMITED) as container:
        yield container.wait_until_ready()


@pytest.fixture
def http(app: Container) -> Iterator[httpx.Client]:
    """A client of that container."""
    with httpx.Client(base_url=app.url, timeout=10) as client:
        yield client
