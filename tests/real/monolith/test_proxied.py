"""The image behind another nginx with default settings, such as a server's own or an ingress."""

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conversation import conversation
from tests.real.docker import docker as run_docker
from tests.real.monolith.container import (
    HARDENED,
    HTML,
    TEST_ANSWER,
    TEST_ENDPOINTS,
    UNLIMITED,
    Container,
)

FRONT = """
daemon off;
error_log stderr;
events {{}}
http {{
  access_log off;
  {settings}
  server {{
    listen 8080;
    location / {{ proxy_pass http://{app}; }}
  }}
}}
"""
COMPRESSING = "gzip on; gzip_types *; gzip_proxied any;"
STREAMS = [("POST", "/stream"), ("GET", "/api/events"), ("GET", "/api/lines"), ("GET", "/api/text")]


@pytest.fixture(scope="module", params=["", COMPRESSING], ids=["defaults", "gzip"])
def front(
    request: pytest.FixtureRequest, image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Container]:
    network = f"monolith-test-{uuid.uuid4().hex[:12]}"
    attached = ("--network", network)
    run_docker("network", "create", network)
    try:
        with Container.start(
            image, *HARDENED, *UNLIMITED, *TEST_ANSWER, *TEST_ENDPOINTS, *attached
        ) as app:
            app.wait_until_ready()
            config: Path = tmp_path_factory.mktemp("front") / "nginx.conf"
            config.write_text(FRONT.format(settings=request.param, app=app.name))
            with Container.start(
                image, *attached, "--user", "root", "--volume", f"{config}:/front.conf:ro",
                "--entrypoint", "nginx", port=8080, command=("-e", "stderr", "-c", "/front.conf"),
            ) as proxy:  # fmt: skip
                yield proxy.wait_until_ready()
    finally:
        run_docker("network", "rm", network)


@pytest.mark.parametrize(("method", "path"), STREAMS, ids=[path for _, path in STREAMS])
def test_a_stream_arrives_live(front: Container, method: str, path: str) -> None:
    body = conversation("20 0.05") if method == "POST" else None
    with httpx.stream(method, f"{front.url}{path}", json=body) as response:
        assert response.status_code == 200
        arrivals = [time.monotonic() for _ in response.iter_text()]
    assert arrivals[-1] - arrivals[0] > 0.5, "all events arrived at once"
    assert len(arrivals) > 10


def test_responses_with_a_length_may_be_buffered(front: Container) -> None:
    assert "x-accel-buffering" not in httpx.get(f"{front.url}/env").headers


def test_assets_stay_compressed(front: Container) -> None:
    page = httpx.get(front.url, headers=HTML).text
    script = page.split('src="/assets/')[1].split('"')[0]
    response = httpx.get(f"{front.url}/assets/{script}", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
