"""docs/recipes/cloudflare-r2.md: files that stream through FastAPI."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import recipes
from tests.real.cloudflare.preview import Preview
from tests.real.recipes import services

pytestmark = pytest.mark.usefixtures("docker")


@pytest.fixture(scope="module")
def app(cloudflare_app: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the recipe."""
    folder = tmp_path_factory.mktemp("files")
    return services.build(services.follow(cloudflare_app, folder, "cloudflare-r2"))


@pytest.fixture(scope="module", params=["containers", "dev:cloudflare"])
def url(app: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The app's address in each mode."""
    if request.param == "containers":
        with Preview(app) as preview:
            yield preview.url
    else:
        with services.development(app) as url:
            yield url


def test_the_recipes_requests_work(app: Path, url: str) -> None:
    assert recipes.ask(app, "cloudflare-r2", url) == ["", "milk"]


def test_a_large_file_keeps_its_bytes_length_and_type(url: str) -> None:
    content = os.urandom(1_000_000)
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        headers = {"Content-Type": "image/png"}
        assert client.put("/api/files/a b.png", content=content, headers=headers).is_success
        whole = client.get("/api/files/a b.png")
        assert whole.content == content
        assert whole.headers["Content-Length"] == "1000000"
        assert whole.headers["Content-Type"] == "image/png"
        part = client.get("/api/files/a b.png", headers={"Range": "bytes=100-300099"})
        assert (part.status_code, part.content) == (206, content[100:300_100])
        assert part.headers["Content-Range"] == "bytes 100-300099/1000000"
        assert part.headers["Content-Length"] == "300000"
        beyond = client.get("/api/files/a b.png", headers={"Range": "bytes=1000000-"})
        assert beyond.status_code == 416
        assert client.delete("/api/files/a b.png").is_success
        assert client.get("/api/files/a b.png").status_code == 404
