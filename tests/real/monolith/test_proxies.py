"""The proxies of docs/proxies.md in front of the image, each with its own snippet.

Traefik is in no package registry, so its snippet is only read.
"""

import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from websockets.sync.client import connect

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

DOCKERFILE = """
FROM debian:trixie-slim
RUN apt-get update \\
 && apt-get install --yes --no-install-recommends apache2 caddy haproxy nginx \\
 && a2enmod headers proxy_http && a2dissite 000-default && rm /etc/nginx/sites-enabled/default
"""
PROXIES = {
    "nginx": ("/etc/nginx/conf.d/app.conf", "exec nginx -g 'daemon off;'"),
    "caddyfile": ("/etc/caddy/Caddyfile", "exec caddy run --config /etc/caddy/Caddyfile"),
    "apache": ("/etc/apache2/sites-enabled/app.conf", "exec apachectl -D FOREGROUND"),
    "haproxy": ("/etc/haproxy/haproxy.cfg", "exec haproxy -f /etc/haproxy/haproxy.cfg"),
}
"""For each snippet's language: where the file goes, and what starts the proxy."""

TRUSTING = ("--env", "TRUSTED_PROXIES=10.0.0.0/8 172.16.0.0/12 192.168.0.0/16")
SPOOFED = {
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=192.0.2.7;host=evil.example;proto=https",
}


def snippet(project: Path, language: str) -> str:
    """Read a proxy's snippet from the project's documentation."""
    text = (project / "docs/proxies.md").read_text()
    [found] = re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.fixture(scope="module")
def proxies(docker: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build an image with Debian's proxies."""
    folder = tmp_path_factory.mktemp("proxies")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    run_docker("build", "--quiet", "--tag", "proxies-test", str(folder))
    return "proxies-test"


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    """A network for proxies and apps."""
    name = f"monolith-test-{uuid.uuid4().hex[:12]}"
    run_docker("network", "create", name)
    yield name
    run_docker("network", "rm", name)


@pytest.fixture(scope="module")
def app(image: str, network: str) -> Iterator[Container]:
    """The image, with the endpoints of tests and without a limit."""
    options = (*HARDENED, *UNLIMITED, *TEST_ANSWER, *TEST_ENDPOINTS, *TRUSTING)
    with Container.start(image, *options, "--network", network) as container:
        yield container.wait_until_ready()


@pytest.fixture(scope="module", params=PROXIES)
def front(
    request: pytest.FixtureRequest,
    proxies: str,
    network: str,
    app: Container,
    monolith_app: Path,
) -> Iterator[Container]:
    """A proxy in front of that app."""
    file = monolith_app.parent / f"{app.name}-{request.param}.conf"  # processes share the folder
    text = snippet(monolith_app, request.param)
    assert "127.0.0.1:8080" in text
    file.write_text(text.replace("127.0.0.1:8080", f"{app.name}:80"))
    target, command = PROXIES[request.param]
    address = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    host = f"{app.name}:{run_docker('inspect', '--format', address, app.name).strip()}"
    options = ("--network", network, "--add-host", host, "--volume", f"{file}:{target}:ro")
    with Container.start(proxies, *options, "--init", command=("sh", "-c", command)) as proxy:
        yield proxy.wait_until_ready()


def test_a_client_can_not_choose_what_the_app_believes(front: Container, app: Container) -> None:
    honest = httpx.get(f"{front.url}/api/headers").json()
    received = httpx.get(f"{front.url}/api/headers", headers=SPOOFED).json()
    assert received["client"] == honest["client"] != "192.0.2.7"
    own = run_docker(
        "inspect",
        "--format",
        "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
        front.name,
    )
    assert received["client"] != own, "the app takes the proxy's address for the client's"
    assert received["url"] == f"{front.url}/api/headers"
    assert received["x-forwarded-host"] == front.url.removeprefix("http://")
    assert "evil.example" not in str(received)


def test_a_stream_arrives_live(front: Container) -> None:
    with httpx.stream("POST", f"{front.url}/stream", json=conversation("20 0.05")) as response:
        assert response.status_code == 200
        arrivals = [time.monotonic() for _ in response.iter_text()]
    assert len(arrivals) > 15, "events were buffered and arrived together"


def test_a_websocket_passes(front: Container) -> None:
    with connect(f"{front.url.replace('http:', 'ws:')}/api/echo") as client:
        client.send("there and back")
        assert client.recv(10) == "there and back"


def test_files_stay_compressed(front: Container) -> None:
    page = httpx.get(front.url, headers=HTML).text
    script = page.split('src="/assets/')[1].split('"')[0]
    response = httpx.get(f"{front.url}/assets/{script}", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"


def test_the_images_own_limit_on_bodies_applies(front: Container) -> None:
    response = httpx.post(f"{front.url}/api/length", content=b"x" * 1_100_000)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.status_code == 413


def test_the_snippet_for_traefik_is_complete(monolith_app: Path) -> None:
    [router] = (http := yaml.safe_load(snippet(monolith_app, "yaml"))["http"])["routers"].values()
    [server] = http["services"][router["service"]]["loadBalancer"]["servers"]
    assert server == {"url": "http://127.0.0.1:8080"}
