"""What the image serves: the page, its files and the API."""

import json
import time
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.conversation import conversation
from tests.real.monolith.container import (
    HARDENED,
    HTML,
    TEST_ENDPOINTS,
    Container,
    assert_problem,
)

pytestmark = pytest.mark.xdist_group("monolith")


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
    assert times[-1] - times[0] > 0.5, "the events came all at once"


def test_a_websocket_passes(image: str) -> None:
    with Container.start(image, *HARDENED, *TEST_ENDPOINTS) as app:
        address = app.wait_until_ready().url.replace("http:", "ws:")
        with connect(f"{address}/api/echo") as client:
            client.send("there and back")
            assert client.recv(10) == "there and back"
