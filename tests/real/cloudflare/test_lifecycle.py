"""Containers start once, sleep when idle, and come back after a fault."""

import http.client
import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.conversation import conversation
from tests.real.cloudflare.preview import SETTINGS, Preview, prepare
from tests.real.docker import docker

SLEEP = SETTINGS["SLEEP_AFTER_SECONDS"]
EVICTION = 10
"""The seconds for which workerd keeps an idle object and its container."""

pytestmark = pytest.mark.usefixtures("docker")


@pytest.fixture(scope="module")
def app(cloudflare_app: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """The project behind `wrangler dev`, with three instances of two requests each."""
    folder = prepare(
        cloudflare_app, tmp_path_factory.mktemp("cloudflare") / "app", MAX_RESPONSE_SECONDS=30
    )
    with Preview(folder) as preview:
        yield preview


@pytest.fixture
def asleep(app: Preview) -> Preview:
    """The same project, without a running container."""
    app.sleep()
    return app


def stream(app: Preview, prompt: str, **options: Any) -> list[str]:
    """Read a whole answer, and return its data lines."""
    with httpx.stream(
        "POST", f"{app.url}/stream", json=conversation(prompt), timeout=60, **options
    ) as response:
        assert response.status_code == 200, response.read()
        return [line for line in response.iter_lines() if line.startswith("data:")]


def post(app: Preview, body: bytes, length: int) -> socket.socket:
    """Send a POST /stream with a body that may be too short, and leave the connection open."""
    connection = socket.create_connection(("127.0.0.1", app.port))
    connection.sendall(
        b"POST /stream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % length + body
    )
    return connection


def wait_for_text(log: Callable[[], str], text: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while text not in log():
        assert time.monotonic() < deadline, f"no {text!r} in\n{log()[-2000:]}"
        time.sleep(0.2)


def test_no_container_runs_for_the_page_its_files_or_a_scanner(asleep: Preview) -> None:
    for path, status in {
        "/": 200, "/assets/app-1a2b.js": 200, "/deep/link": 200,
        "/assets/gone.js": 404, "/wp-login.php": 404, "/.env": 404,
    }.items():  # fmt: skip
        response = httpx.get(asleep.url + path, headers={"Accept": "text/html"})
        assert (path, response.status_code) == (path, status)
    for method, path, status in (
        ("GET", "/stream", 405), ("GET", "/%2e%2e/stream", 405), ("HEAD", "/stream", 405),
        ("GET", "/api", 404), ("GET", "/api/", 404), ("GET", "/api/v1/users", 404),
        ("GET", "/api%2fnone", 404), ("POST", "/env", 405), ("OPTIONS", "/env", 405),
        ("TRACE", "/env", 405), ("GET", "/api/%00", 400), ("GET", "/api/%zz", 400),
    ):  # fmt: skip
        connection = http.client.HTTPConnection("127.0.0.1", asleep.port)
        connection.request(method, path)
        refused = connection.getresponse()
        assert (method, path, refused.status) == (method, path, status)
        assert refused.headers["content-type"] == "application/problem+json"
        assert bool(refused.headers["allow"]) == (status == 405)
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"ws://127.0.0.1:{asleep.port}/api/none")
    assert (
        httpx.get(f"{asleep.url}/assets/app-1a2b.js").headers["cache-control"].endswith("immutable")
    )
    assert asleep.containers() == []


def test_one_request_at_a_time_needs_one_container_which_then_sleeps(asleep: Preview) -> None:
    for _ in range(10):
        assert httpx.get(f"{asleep.url}/env", timeout=60).status_code == 200
    asleep.wait_for(1, 0)
    asleep.wait_for(0, SLEEP + EVICTION + 10)
    assert httpx.get(f"{asleep.url}/env", timeout=60).status_code == 200


def test_a_stream_outlasts_the_idle_limit_and_then_the_container_sleeps(asleep: Preview) -> None:
    seconds = SLEEP + EVICTION + 4
    assert len(stream(asleep, f"{seconds} 1")) == seconds + 1
    asleep.wait_for(0, SLEEP + EVICTION + 10)


def leave(app: Preview) -> None:
    """Abandon a stream, which closes the connection that carried it."""
    with httpx.stream(
        "POST", f"{app.url}/stream", json=conversation("600 0.5"), timeout=60
    ) as response:
        next(response.iter_lines())


@pytest.mark.parametrize("wake", [True, False])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("HEAD", "any", 200), *(("GET", f"status/{code}", code) for code in (200, 204, 302, 304))],
)
def test_an_empty_response_does_not_break_the_next_one(
    app: Preview, method: str, path: str, status: int, wake: bool
) -> None:
    for _ in range(3):
        if wake:
            app.sleep()
        else:
            leave(app)
        first = httpx.request(method, f"{app.url}/api/{path}", timeout=60)
        second = httpx.get(f"{app.url}/env", timeout=60)
        assert (first.status_code, second.status_code) == (status, 200)


def test_a_stream_that_is_abandoned_is_cancelled_and_the_container_sleeps(asleep: Preview) -> None:
    leave(asleep)
    wait_for_text(asleep.logs, "cancelled: 600", 5)
    asleep.wait_for(0, SLEEP + EVICTION + 10)


def test_a_client_cannot_forge_forwarded_headers(asleep: Preview) -> None:
    forged = {
        "X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil",
        "Forwarded": "for=1.2.3.4", "X-Real-IP": "1.2.3.4", "X-Request-ID": "forged-forged",
        "cf-container-target-port": "22", "X-Mine": "kept",
    }  # fmt: skip
    response = httpx.get(f"{asleep.url}/api/headers", headers=forged, timeout=60)
    seen = response.json()
    assert not {"forwarded", "x-real-ip", "cf-container-target-port"} & set(seen)
    assert (seen["x-mine"], seen["client"]) == ("kept", "127.0.0.1")
    assert (seen["host"], seen["x-forwarded-proto"]) == (f"127.0.0.1:{asleep.port}", "http")
    assert seen["x-request-id"] == response.headers["x-request-id"] != "forged-forged"
    assert seen["x-request-id"] in asleep.logs()
    failed = httpx.get(f"{asleep.url}/api/status/500", timeout=60)
    assert failed.status_code == 500
    wait_for_text(asleep.output, failed.headers["x-request-id"], 5)


def test_a_body_arrives_whole_and_once_and_a_larger_one_is_rejected(asleep: Preview) -> None:
    limit = 1024 * 1024

    def chunks() -> Iterator[bytes]:
        for _ in range(limit // 1024 + 1):
            yield bytes(1024)

    url = f"{asleep.url}/api/length"
    refused = [
        httpx.post(url, content=bytes(limit + 1), timeout=60),
        httpx.post(url, content=chunks(), timeout=60),
    ]
    assert [answer.status_code for answer in refused] == [413, 413]
    assert asleep.containers() == []
    assert httpx.post(url, content=bytes(limit), timeout=60).json() == {"length": limit}
    assert asleep.logs().count(f"received {limit} bytes") == 1


def test_an_upload_that_stops_wakes_no_container(asleep: Preview) -> None:
    with post(asleep, b'{"messages":', 1000):
        time.sleep(3)
        assert asleep.containers() == []


def test_a_client_that_never_reads_does_not_keep_the_container_awake(asleep: Preview) -> None:
    body = json.dumps(conversation("100000 0 4000")).encode()
    with post(asleep, body, len(body)):
        asleep.wait_for(1, 20)
        wait_for_text(asleep.logs, "cancelled: 100000", 60)
        asleep.wait_for(0, SLEEP + EVICTION + 10)


def test_a_container_killed_while_idle_is_started_again(asleep: Preview) -> None:
    first = httpx.get(f"{asleep.url}/env", timeout=60)
    asleep.sleep()
    second = httpx.get(f"{asleep.url}/env", timeout=60)
    assert (first.status_code, second.status_code) == (200, 200)


def test_a_container_killed_during_a_stream_starts_again_with_the_next_request(
    asleep: Preview,
) -> None:
    with httpx.stream(
        "POST", f"{asleep.url}/stream", json=conversation("600 0.1"), timeout=20
    ) as response:
        lines = response.iter_lines()
        next(lines)
        asleep.sleep()
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)
    assert httpx.get(f"{asleep.url}/env", timeout=60).status_code == 200


def test_a_killed_container_answers_with_a_problem_what_it_had_not_answered(
    asleep: Preview,
) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(httpx.get, f"{asleep.url}/api/slow?seconds=50", timeout=60)
        asleep.wait_for(1, 20)
        time.sleep(2)
        asleep.sleep()
        response = answer.result(20)
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) > 0
    assert response.headers["x-request-id"]


def test_a_client_that_leaves_early_frees_its_place(
    asleep: Preview,
) -> None:
    assert httpx.get(f"{asleep.url}/env", timeout=60).status_code == 200
    request = b"GET /api/slow?seconds=50 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    places = SETTINGS["REQUESTS_PER_INSTANCE"]
    # `wrangler dev`'s proxy hides this from the Worker, so the test uses the Worker's own port.
    clients = [socket.create_connection(("127.0.0.1", asleep.worker_port())) for _ in range(places)]
    for client in clients:
        client.sendall(request)
    time.sleep(1)
    for client in clients:  # a reset, as from a browser; an ordinary end could be a half-close
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    time.sleep(1)
    for _ in range(places):
        assert httpx.get(f"{asleep.url}/env", timeout=60).status_code == 200
    asleep.wait_for(1, 0)


def test_a_silent_websocket_is_closed_and_the_container_sleeps(asleep: Preview) -> None:
    with connect(f"ws://127.0.0.1:{asleep.port}/api/echo") as client:
        client.send("message")
        assert client.recv(10) == "message"
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(SLEEP + 5)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1001
    asleep.wait_for(0, SLEEP + EVICTION + 10)


def test_a_websocket_echoes_and_keeps_the_container_awake(asleep: Preview) -> None:
    with connect(f"ws://127.0.0.1:{asleep.port}/api/echo") as client:
        for number in range(SLEEP + EVICTION + 3):
            client.send(f"message {number}")
            assert client.recv(10) == f"message {number}"
            time.sleep(1)
        asleep.wait_for(1, 0)
    asleep.wait_for(0, SLEEP + EVICTION + 10)


def test_a_rollout_ends_no_stream_and_refuses_no_request(asleep: Preview) -> None:
    """Send SIGTERM to the old container, as a rollout does, after the image has a new version."""
    chat = httpx.stream("POST", f"{asleep.url}/stream", json=conversation("8 1"), timeout=60)
    with chat as response, ThreadPoolExecutor(4) as pool:
        lines = response.iter_lines()
        next(lines)
        [old] = asleep.containers()
        image, old_id = docker("inspect", "--format", "{{.Config.Image}} {{.Id}}", old).split()
        docker("commit", "--pause=false", "--change", "LABEL release=new", old, image)
        docker("kill", "--signal", "TERM", old)
        wait_for_text(asleep.logs, "Shutting down", 10)  # from now on, it accepts no new requests
        requests = [pool.submit(httpx.get, f"{asleep.url}/env", timeout=60) for _ in range(4)]
        rest = list(lines)
        answers = [request.result() for request in requests]
    assert "event: done" in rest
    assert [answer.status_code for answer in answers] == [200] * 4
    docker(
        "wait", old_id, check=False
    )  # it ends right after its stream, and may have ended already
    releases = [
        docker("inspect", "--format", '{{index .Config.Labels "release"}}', name)
        for name in asleep.containers()
    ]
    assert set(releases) == {"new"}
    for answer in answers:
        assert answer.headers["x-request-id"] in asleep.logs()
