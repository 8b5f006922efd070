"""The app responds to every valid HTTP request, and every setting reaches the app."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests import schemathesis
from tests.conversation import conversation
from tests.real.cloudflare.preview import Preview, prepare

pytestmark = pytest.mark.usefixtures("docker")

SETTINGS = {
    "MODEL_API_KEY": "sk-1234",
    "MODEL_NAME": "a-model",
    "A_NEW_SETTING": "spaces and # in a value",
    "OTEL_SERVICE_NAME": "my-app",
    "LOCATION_HINT": "weur",
}


@pytest.fixture(scope="module")
def app(cloudflare_app: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """The project behind `wrangler dev`, with settings in `.env`."""
    folder = prepare(cloudflare_app, tmp_path_factory.mktemp("requests") / "my äpp")
    lines = [f"{name}='{value}'\n" for name, value in SETTINGS.items()]
    (folder / ".env").write_text("".join(lines) + "CLOUDFLARE_API_TOKEN=secret\n")
    with Preview(folder) as preview:
        yield preview


def send(
    app: Preview, method: str, path: str, body: bytes | None = None, **headers: str
) -> http.client.HTTPResponse:
    """Send a request that ordinary clients can't send, and read the whole response."""
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
    connection.request(method, path, body, {name.title(): value for name, value in headers.items()})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("HEAD", {}),
        ("DELETE", {}),
        ("PROPFIND", {}),
        ("POST", {"expect": "100-continue"}),
        ("POST", {"expect": "something-else"}),
        ("GET", {"range": "bytes=0-1"}),
        ("GET", {"connection": "upgrade, http2-settings", "upgrade": "h2c"}),
    ],
)
def test_a_request_with_a_body_is_served(
    app: Preview, method: str, headers: dict[str, str]
) -> None:
    assert send(app, method, "/api/any", b"abc", **headers).status == 200


def test_headers_of_12_kb_are_served(app: Preview) -> None:
    assert send(app, "GET", "/env", cookie="c" * 12_000).status == 200


@pytest.mark.parametrize("code", [200, 201, 204, 205, 206, 301, 304, 404, 416, 418, 500, 503, 599])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_status_is_passed_on_with_any_kind_of_body(app: Preview, method: str, code: int) -> None:
    sizes = [0] if code in (204, 205, 304) else [0, 10, 100_000]
    for size in sizes:
        for chunked in ("false", "true"):
            path = f"/api/status/{code}?size={size}&chunked={chunked}"
            assert (path, send(app, method, path).status) == (path, code)
    assert httpx.get(f"{app.url}/env", timeout=60).status_code == 200


@pytest.mark.parametrize("code", [200, 206])
def test_a_large_response_keeps_its_length(app: Preview, code: int) -> None:
    response = send(app, "GET", f"/api/status/{code}?size=100000")
    assert response.headers["Content-Length"] == "100000"


def test_a_large_response_that_the_app_compressed_arrives_whole(app: Preview) -> None:
    response = httpx.get(f"{app.url}/api/json", params={"packed": True}, timeout=60)
    assert response.json() == ["x" * 100_000]


def test_a_stream_asks_other_proxies_not_to_buffer_it(app: Preview) -> None:
    response = httpx.post(f"{app.url}/stream", json=conversation("3 0"), timeout=60)
    assert response.headers["x-accel-buffering"] == "no"


def test_a_websocket_passes(app: Preview) -> None:
    with connect(f"ws://127.0.0.1:{app.port}/api/echo") as client:
        client.send("message")
        assert client.recv(10) == "message"


def test_settings_in_env_reach_the_app_and_credentials_do_not(app: Preview) -> None:
    report = httpx.get(f"{app.url}/env", timeout=60).json()
    assert report["settings"]["MODEL_API_KEY"] is True
    for name, value in (SETTINGS | {"CLOUDFLARE_API_TOKEN": None}).items():
        seen = httpx.get(f"{app.url}/api/variable", params={"name": name}, timeout=60).json()
        assert (name, seen) == (name, value)


def test_every_response_is_as_the_openapi_document_says(
    app: Preview, cloudflare_app: Path, tmp_path: Path
) -> None:
    schemathesis.check(app.url, cloudflare_app, tmp_path)
