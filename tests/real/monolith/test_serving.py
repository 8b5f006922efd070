"""The page, its files, and the API."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.conversation import conversation
from tests.real.monolith.container import (
    HARDENED,
    HTML,
    TEST_ENDPOINTS,
    UNLIMITED,
    Container,
    assert_problem,
)


def test_the_page_is_served_to_navigations_only(http: httpx.Client, monolith_app: Path) -> None:
    expected = json.loads((monolith_app / "frontend/security-headers.json").read_text())
    for path in ("/", "/deep/link", "/version/1.2/notes", "/.well-known/"):
        page = http.get(path, headers=HTML)
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert {name: page.headers[name] for name in expected} == expected
        assert page.headers["server"] == "nginx"
    assert_problem(http.get("/deep/link", headers={"Accept": "*/*"}), 404)
    for path in ("/wp-login.php", "/.env", "/a/b%2ephp", "/assets/missing.js", "/assets/missing"):
        assert_problem(http.get(path, headers=HTML), 404)
    assert_problem(http.post("/deep/link", headers=HTML), 404)
    assert_problem(http.post("/"), 405)


def test_assets_are_precompressed_and_immutable(http: httpx.Client) -> None:
    page = http.get("/", headers=HTML).text
    script = page.split('src="/assets/')[1].split('"')[0]
    plain = http.get(f"/assets/{script}", headers={"Accept-Encoding": "identity"})
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    for encoding in ("gzip", "br"):
        with http.stream(
            "GET", f"/assets/{script}", headers={"Accept-Encoding": encoding}
        ) as packed:
            assert packed.headers["content-encoding"] == encoding
            assert packed.headers["vary"] == "Accept-Encoding"
            assert int(packed.headers["content-length"]) < len(plain.content) / 2
    again = http.get(f"/assets/{script}", headers={"If-None-Match": plain.headers["etag"]})
    assert again.status_code in (200, 304)


def test_the_api_answers(http: httpx.Client) -> None:
    report = http.get("/env")
    assert (report.status_code, report.json()["layout"]) == (200, "monolith")
    assert http.get("/api/health").status_code == 200
    assert_problem(http.get("/api/none"), 404)
    assert_problem(http.post("/stream", json={}), 422)
    with http.stream("POST", "/stream", json=conversation("one two")) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-cache, no-transform"
        times = [time.monotonic() for _ in stream.iter_raw()]
    assert times[-1] - times[0] > 0.5, "all events arrived at once"


def test_every_file_of_the_page_is_readable(http: httpx.Client) -> None:
    for path in ("/theme.js", "/favicon.svg"):
        assert http.get(path).status_code == 200, path


def test_responses_through_a_proxy_are_compressed_too(http: httpx.Client) -> None:
    page = http.get("/", headers=HTML).text
    script = page.split('src="/assets/')[1].split('"')[0]
    headers = {"Accept-Encoding": "gzip", "Via": "1.1 Caddy"}
    assert http.get(f"/assets/{script}", headers=headers).headers["content-encoding"] == "gzip"


@pytest.fixture(scope="module")
def api(image: str) -> Iterator[httpx.Client]:
    """A client of a container with the tests' endpoints."""
    with (
        Container.start(image, *HARDENED, *TEST_ENDPOINTS, *UNLIMITED) as app,
        httpx.Client(base_url=app.wait_until_ready().url, timeout=10) as client,
    ):
        yield client


def test_the_apis_json_is_compressed_once(api: httpx.Client) -> None:
    for packed in (False, True):
        response = api.get("/api/json", params={"packed": packed})
        assert response.headers["content-encoding"] == "gzip"
        assert response.num_bytes_downloaded < 1000
        assert len(response.json()[0]) == 100_000
    plain = api.get("/api/json", headers={"Accept-Encoding": "identity"})
    assert plain.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers
    assert int(plain.headers["content-length"]) == len(plain.content)


def test_short_problems_are_not_compressed(api: httpx.Client) -> None:
    assert "content-encoding" not in api.get("/api/none").headers


@pytest.mark.parametrize("path", ["/api/events", "/api/lines", "/api/text"])
def test_a_stream_is_live_and_events_are_never_compressed(path: str, api: httpx.Client) -> None:
    with api.stream("GET", path) as response:
        arrivals = [time.monotonic() for _ in response.iter_text()]
        assert ("content-encoding" in response.headers) == (path == "/api/text")
    assert len(arrivals) > 10
    assert arrivals[-1] - arrivals[0] > 0.5, "all lines arrived at once"


def test_the_app_gets_the_clients_accept_encoding(api: httpx.Client) -> None:
    headers = {"Accept-Encoding": "br, gzip"}
    assert api.get("/api/headers", headers=headers).json()["accept-encoding"] == "br, gzip"


@pytest.mark.parametrize(
    "headers",
    [
        {"Connection": "upgrade, http2-settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"},
        {"Connection": "upgrade", "Upgrade": "something/1"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/env"), ("POST", "/api/any")])
def test_an_upgrade_to_another_protocol_is_ignored(
    method: str, path: str, headers: dict[str, str], api: httpx.Client
) -> None:
    body = b"abc" if method == "POST" else None
    response = api.request(method, path, content=body, headers=HTML | headers)
    assert response.status_code == 200
    if body:
        assert response.json() == {"method": "POST", "length": 3}


def test_an_encoded_path_is_the_same_path(api: httpx.Client) -> None:
    assert api.get("/%65nv").json().keys() == api.get("/env").json().keys()
    assert api.get("/api%2Fhealth").status_code == api.get("/api/health").status_code


def test_a_websocket_passes(image: str) -> None:
    with Container.start(image, *HARDENED, *TEST_ENDPOINTS) as app:
        address = app.wait_until_ready().url.replace("http:", "ws:")
        with connect(f"{address}/api/echo") as client:
            client.send("there and back")
            assert client.recv(10) == "there and back"
