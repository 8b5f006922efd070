"""Rate limits, client addresses, and slow clients."""

import socket

import httpx
import pytest

from tests.real.monolith.container import (
    HARDENED,
    TEST_ENDPOINTS,
    UNLIMITED,
    Container,
    assert_problem,
)


def test_streams_are_limited_for_each_client(image: str) -> None:
    settings = ("--env", "STREAM_REQUESTS_PER_MINUTE=6", "--env", "TRUSTED_PROXIES=0.0.0.0/0")
    with Container.start(image, *HARDENED, *settings) as app:
        app.wait_until_ready()

        def ask(client: str) -> httpx.Response:
            headers = {"X-Forwarded-For": client, "X-Request-ID": "given-by-proxy"}
            return httpx.post(f"{app.url}/stream", json={}, headers=headers)

        answers = [ask("192.0.2.1") for _ in range(9)]
        assert [a.status_code for a in answers[:7]] == [422] * 7
        assert_problem(answers[8], 429)
        assert answers[8].headers["retry-after"] == "10"
        assert answers[8].headers["x-request-id"] == "given-by-proxy"
        assert ask("192.0.2.2").status_code == 422


def test_a_client_cannot_choose_its_address_or_id(image: str) -> None:
    with Container.start(image, "--env", "STREAM_REQUESTS_PER_MINUTE=1") as app:
        app.wait_until_ready()
        answers = [
            httpx.post(
                f"{app.url}/stream",
                json={},
                headers={"X-Forwarded-For": f"192.0.2.{n}", "X-Request-ID": "chosen-by-client"},
            )
            for n in range(4)
        ]
        assert answers[-1].status_code == 429
        assert answers[0].headers["x-request-id"] != "chosen-by-client"


@pytest.mark.parametrize(("given", "scheme"), [("https", "https"), ("wss", "https"), ("x", "http")])
def test_a_trusted_proxy_reports_the_scheme(image: str, given: str, scheme: str) -> None:
    trusting = ("--env", "TRUSTED_PROXIES=0.0.0.0/0")
    with Container.start(image, *HARDENED, *TEST_ENDPOINTS, *trusting) as app:
        app.wait_until_ready()
        headers = {"X-Forwarded-Proto": given}
        url = httpx.get(f"{app.url}/api/headers", headers=headers).json()["url"]
        assert url.startswith(f"{scheme}://")


def test_slow_clients_affect_no_other_client(image: str) -> None:
    with Container.start(image, *HARDENED, *UNLIMITED) as app:
        app.wait_until_ready()
        host, port = app.url.removeprefix("http://").split(":")
        slow = [socket.create_connection((host, int(port))) for _ in range(300)]
        try:
            for connection in slow[:150]:
                connection.sendall(b"GET / HTTP/1.1\r\nHo")
            for connection in slow[150:]:
                connection.sendall(
                    b"POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"
                    b"Content-Type: application/json\r\n\r\n{"
                )
            assert httpx.get(f"{app.url}/env").status_code == 200
            slow[0].settimeout(20)
            assert slow[0].recv(1000)[:12] in (b"", b"HTTP/1.1 408"), "no timeout"
        finally:
            for connection in slow:
                connection.close()
