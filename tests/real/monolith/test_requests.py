"""Large, malformed, and hostile requests."""

import json
from pathlib import Path

import httpx
import pytest

from tests import schemathesis
from tests.conversation import conversation
from tests.real.monolith.container import (
    HARDENED,
    HTML,
    TEST_ANSWER,
    UNLIMITED,
    Container,
    assert_problem,
    raw,
)


def test_a_body_over_the_limit_is_413_with_and_without_a_length(http: httpx.Client) -> None:
    large = b" " * (1024 * 1024 + 1)
    assert_problem(http.post("/stream", content=large), 413)
    assert_problem(http.post("/stream", content=iter([large])), 413)


def test_malformed_and_smuggled_requests_are_rejected(app: Container) -> None:
    host = b"Host: a\r\n"
    for request in (
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + host + b"\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /stream HTTP/1.1\r\n" + host + b"Content-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /env HTTP/1.1\r\n" + host + b"\r\n",
        b"POST /stream HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ):
        answer = raw(app, request)
        assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 422 ")), (request, answer)
        assert answer.count(b"HTTP/1.1 ") == 1, (request, answer)
    coded = b"POST /stream HTTP/1.1\r\n" + host + b"Transfer-Encoding: xchunked\r\n\r\n"
    assert raw(app, coded).startswith(b"HTTP/1.1 501 ")
    long_path = b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + host + b"\r\n"
    answer = raw(app, long_path)
    assert answer.startswith(b"HTTP/1.1 414 ")
    assert b"application/problem+json" in answer


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/../../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets..%5c..%5cetc/passwd",
        "/..;/etc/passwd",
        "/%00/etc/passwd",
    ],
)
def test_no_path_leaves_the_frontend(app: Container, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
    answer = raw(app, request)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 ")), answer
    assert b"root:" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "session=" + "a" * 12_000},
        {"X-Large": "a" * 16 * 1024},
        {f"X-Part-{number}": "a" * 1000 for number in range(16)},
        {f"X-Part-{number}": "a" * 7000 for number in range(2)} | {"X-Rest": "a" * 2000},
    ],
    ids=["cookie", "one", "many", "few"],
)
@pytest.mark.parametrize("path", ["/", "/env", "/api/none?" + "q" * 1500])
def test_headers_up_to_16_kib_are_served(
    http: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    expected = 404 if path.startswith("/api/none") else 200
    assert http.get(path, headers=headers).status_code == expected


@pytest.mark.parametrize(
    "headers",
    [{"X-Large": "a" * 20_000}, {f"X-Part-{number}": "a" * 7000 for number in range(8)}],
    ids=["one", "many"],
)
def test_larger_headers_are_rejected(http: httpx.Client, headers: dict[str, str]) -> None:
    assert_problem(http.get("/env", headers=headers), 431)


def test_a_client_that_expects_100_continue_gets_a_response(app: Container) -> None:
    body = json.dumps(conversation("hello")).encode()
    received = raw(
        app,
        b"POST /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body,
    )
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "), received
    assert b"event: done" in received


@pytest.mark.parametrize("path", ["/", "/env", "/api/health"])
def test_a_get_may_have_a_body(http: httpx.Client, path: str) -> None:
    assert http.request("GET", path, content=b"{}", headers=HTML).status_code == 200


@pytest.mark.parametrize("path", ["/", "/env", "/api/health", "/favicon.svg"])
def test_head_responds_like_get(http: httpx.Client, path: str) -> None:
    head, get = http.head(path, headers=HTML), http.get(path, headers=HTML)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize("path", ["/api", "/assets", "/assets/", "/assets/index"])
def test_a_folder_is_never_redirected(http: httpx.Client, path: str) -> None:
    assert_problem(http.get(path), 404)


def test_the_apis_folder_is_not_a_page(http: httpx.Client) -> None:
    assert_problem(http.get("/api", headers=HTML), 404)
    assert_problem(http.get("/assets/", headers=HTML), 404)


@pytest.mark.parametrize(
    ("method", "status"),
    [("PROPFIND", 405), ("DELETE", 405), ("OPTIONS", 405), ("TRACE", 405), ("ANYTHING", 501)],
)
def test_other_methods_are_problems(http: httpx.Client, method: str, status: int) -> None:
    for path in ("/", "/env", "/stream"):
        assert_problem(http.request(method, path), status)


def test_every_response_is_as_the_openapi_document_says(
    image: str, monolith_app: Path, tmp_path: Path
) -> None:
    with Container.start(image, *HARDENED, *UNLIMITED, *TEST_ANSWER) as app:
        schemathesis.check(app.wait_until_ready().url, monolith_app, tmp_path)
