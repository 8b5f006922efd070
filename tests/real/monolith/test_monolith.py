"""The monolith's image, run for real: the contract, faults, load and hostile requests."""

import asyncio
import json
import shutil
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import websockets
from websockets.sync.client import connect

from tests.real.docker import docker
from tests.real.monolith.container import HARDENED, TEST_ANSWER, UNLIMITED, Container

pytestmark = [pytest.mark.xdist_group("monolith"), pytest.mark.usefixtures("docker")]

LATE = 0.5
"""Seconds by which no event of 200 streams may be late, on a machine that runs other tests too."""

ECHO = Path(__file__).parents[1] / "cloudflare/echo.py"
RESTARTS = 100
HTML = {"Accept": "text/html,*/*"}


@pytest.fixture(scope="module")
def image(docker: None, monolith_app: Path) -> str:
    tag = "monolith-test"
    subprocess.run(["docker", "build", "--quiet", "--tag", tag, str(monolith_app)], check=True)
    return tag


@pytest.fixture(scope="module", params=[(), HARDENED], ids=["plain", "hardened"])
def app(request: pytest.FixtureRequest, image: str) -> Iterator[Container]:
    with Container.start(image, *request.param, *UNLIMITED) as container:
        yield container.wait_until_ready()


@pytest.fixture(scope="module")
def http(app: Container) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=app.url, timeout=10) as client:
        yield client


def assert_problem(response: httpx.Response, status: int) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert response.json()["title"]
    assert len(response.headers.get_list("x-request-id")) == 1


def raw(container: Container, data: bytes, seconds: float = 5) -> bytes:
    """Send bytes as they are; give back all that is answered until the connection ends."""
    host, port = container.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        connection.sendall(data)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except TimeoutError:
            pass
    return answer


# ---- the contract ----------------------------------------------------------------------------


def test_the_page_is_served_to_navigations_only(http: httpx.Client, monolith_app: Path) -> None:
    expected = json.loads((monolith_app / "frontend/security-headers.json").read_text())
    for path in ("/", "/deep/link", "/wp-login.php"):
        page = http.get(path, headers=HTML)
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert {name: page.headers[name] for name in expected} == expected
        assert page.headers["server"] == "nginx"
    for path in ("/deep/link", "/wp-login.php", "/.env", "/assets/missing.js"):
        assert_problem(http.get(path, headers={"Accept": "*/*"}), 404)
    assert_problem(http.get("/assets/missing.js", headers=HTML), 404)
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
    with http.stream("POST", "/stream", json={"prompt": "one two"}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-cache, no-transform"
        times = [time.monotonic() for _ in stream.iter_raw()]
    assert times[-1] - times[0] > 0.5, "the events came all at once"


def test_a_body_over_the_limit_is_413_with_and_without_a_length(http: httpx.Client) -> None:
    large = b" " * (1024 * 1024 + 1)
    assert_problem(http.post("/stream", content=large), 413)
    assert_problem(http.post("/stream", content=iter([large])), 413)


def test_malformed_and_smuggled_requests_are_refused(app: Container) -> None:
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
    large_header = b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * 20_000 + b"\r\n\r\n"
    assert raw(app, large_header).startswith(b"HTTP/1.1 431 ")


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


def test_the_image_is_lean_and_runs_as_nobody(app: Container, image: str) -> None:
    assert app.run("id -u") == "10001"
    for tool in ("pip", "uv", "bun", "node", "gcc", "cc", "make", "curl"):
        assert app.run(f"command -v {tool}") == "", tool
    assert "No module named pip" in app.run("python -m pip")
    assert app.run("find /opt/app /opt/packages -name '*.py' | wc -l") == app.run(
        "find /opt/app /opt/packages -name '*.pyc' | wc -l"
    )
    assert app.run("python -c 'import json; print(json.__cached__)' | xargs ls").endswith(".pyc")
    labels = json.loads(docker("image", "inspect", image))[0]["Config"]["Labels"]
    assert labels["org.opencontainers.image.version"]


def test_each_log_line_of_nginx_is_json(app: Container, http: httpx.Client) -> None:
    given = http.get("/nowhere?token=secret", headers={"User-Agent": 'a "b" \\ c'})
    time.sleep(1.5)
    done = docker("logs", app.name)
    lines = [json.loads(line) for line in done.splitlines() if line.startswith("{")]
    line = next(x for x in lines if x["request_id"] == given.headers["x-request-id"])
    assert (line["path"], line["status"], line["method"]) == ("/nowhere", 404, "GET")
    assert "secret" not in done


def test_a_secret_comes_as_a_file_and_is_never_shown(image: str, tmp_path: Path) -> None:
    key = tmp_path / "model_api_key"
    key.write_text("sk-very-secret\n")
    secret = ("--volume", f"{key}:/run/secrets/model_api_key:ro")
    key.chmod(0o400)
    with Container.start(image, *HARDENED, *secret) as app:
        assert app.exit_status(20) == 1
        assert "/run/secrets/model_api_key can't be read: Permission denied." in app.logs()
        assert "Traceback" not in app.logs()
    key.chmod(0o444)
    with Container.start(image, *HARDENED, *secret) as app:
        report = httpx.get(f"{app.wait_until_ready().url}/env")
        assert report.json()["settings"]["MODEL_API_KEY"] is True
        assert "sk-very-secret" not in report.text + app.logs()


def test_a_websocket_passes(image: str, tmp_path: Path) -> None:
    package = Path(websockets.__file__).parent
    shutil.copy(ECHO, tmp_path / "__init__.py")
    tmp_path.chmod(0o755)
    mounts = (
        *("--volume", f"{package}:/opt/packages/websockets:ro"),
        *("--volume", f"{tmp_path}:/opt/app/app/routes/health:ro"),
    )
    with Container.start(image, *HARDENED, *mounts) as app:
        address = app.wait_until_ready().url.replace("http:", "ws:")
        with connect(f"{address}/api/echo") as client:
            client.send("there and back")
            assert client.recv(10) == "there and back"


# ---- clients -----------------------------------------------------------------------------------


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


def test_slow_clients_harm_nobody(image: str) -> None:
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
            started = time.monotonic()
            assert httpx.get(f"{app.url}/env").status_code == 200
            assert time.monotonic() - started < 2
            slow[0].settimeout(20)
            assert slow[0].recv(1000)[:12] in (b"", b"HTTP/1.1 408"), "never told to hurry"
        finally:
            for connection in slow:
                connection.close()


# ---- faults ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "name"),
    [("nginx: master", "nginx"), ("python -m app", "the backend")],
)
def test_a_death_ends_the_container(image: str, command: str, name: str) -> None:
    with Container.start(image, *HARDENED) as app:
        app.wait_until_ready()
        killed = time.monotonic()
        app.kill(command)
        assert app.exit_status(10) == 1
        assert time.monotonic() - killed < 2
        assert f"entrypoint: {name} ended unexpectedly with signal KILL" in app.logs()


def test_a_dead_nginx_worker_is_replaced(image: str) -> None:
    with Container.start(image, *HARDENED) as app:
        app.wait_until_ready()
        app.kill("nginx: worker")
        time.sleep(0.5)
        assert httpx.get(f"{app.url}/env").status_code == 200


def test_orphans_are_reaped(image: str) -> None:
    with Container.start(image, *HARDENED) as app:
        app.wait_until_ready()
        app.run("for n in 1 2 3; do (sleep 0.1 &) ; done")
        time.sleep(1)
        assert app.run("grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null") == ""
        assert httpx.get(f"{app.url}/env").status_code == 200


def test_a_backend_that_hangs_at_start_ends_the_container(image: str, tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("import time\ntime.sleep(3600)\n")
    tmp_path.chmod(0o755)
    hang = ("--volume", f"{tmp_path}:/opt/app/app/main:ro", "--env", "START_SECONDS=2")
    with Container.start(image, *HARDENED, *hang) as app:
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{app.url}/api/health")
        assert app.exit_status(15) == 1
        assert "the backend did not answer within 2 s" in app.logs()


def test_a_wrong_setting_is_named(image: str) -> None:
    for setting in ("PORT=http", "WEB_CONCURRENCY=many"):
        with Container.start(image, *HARDENED, "--env", setting) as app:
            assert app.exit_status(15) != 0
            assert setting.split("=")[0] in app.logs()


def test_a_backend_that_is_gone_is_503(image: str) -> None:
    with Container.start(image, *HARDENED) as app:
        app.wait_until_ready()
        app.run("rm /tmp/backend.sock")

        def stream(_: int) -> httpx.Response:
            return httpx.post(f"{app.url}/stream", json={"prompt": "a"}, timeout=10)

        with ThreadPoolExecutor(20) as pool:  # more than there are idle connections to the backend
            answers = list(pool.map(stream, range(20)))
        refused = [answer for answer in answers if answer.status_code != 200]
        assert refused
        for answer in refused:
            assert_problem(answer, 503)
            assert int(answer.headers["retry-after"]) > 0


def test_a_full_disk_stops_nothing(image: str) -> None:
    with Container.start(image, *HARDENED, *UNLIMITED) as app:
        app.wait_until_ready()
        app.run("head -c 100000000 /dev/zero >/tmp/full")
        assert "100%" in app.run("df /tmp")
        body = json.dumps({"prompt": "a", "padding": "x" * 900_000})
        headers = {"Content-Type": "application/json"}
        answer = httpx.post(f"{app.url}/stream", content=body, headers=headers, timeout=20)
        assert answer.status_code in (200, 422)
        assert httpx.get(f"{app.url}/", headers=HTML).status_code == 200


def test_running_streams_outlive_sigterm(image: str) -> None:
    with Container.start(image, *HARDENED, *TEST_ANSWER, *UNLIMITED) as app:
        app.wait_until_ready()
        begun = threading.Barrier(51, timeout=20)

        def stream() -> str:
            with httpx.stream(
                "POST", f"{app.url}/stream", json={"prompt": "30 0.1"}, timeout=20
            ) as answer:
                chunks = answer.iter_text()
                text = next(chunks)
                begun.wait()
                return text + "".join(chunks)

        with ThreadPoolExecutor(50) as pool:
            streams = [pool.submit(stream) for _ in range(50)]
            begun.wait()
            docker("kill", "--signal", "TERM", app.name)
            time.sleep(0.5)
            with pytest.raises(httpx.TransportError):
                httpx.get(f"{app.url}/env", timeout=2)
            assert all("event: done" in s.result() for s in streams)
        assert app.exit_status(10) == 0


def test_the_grace_is_bounded(image: str) -> None:
    grace = ("--env", "GRACE_SECONDS=1")
    with Container.start(image, *HARDENED, *TEST_ANSWER, *grace) as app:
        app.wait_until_ready()
        with (
            httpx.Client(timeout=20) as client,
            client.stream("POST", f"{app.url}/stream", json={"prompt": "500 0.1"}) as answer,
        ):
            next(answer.iter_raw())
            started = time.monotonic()
            docker("kill", "--signal", "TERM", app.name)
            assert app.exit_status(15) == 0
            assert time.monotonic() - started < 8


def test_the_health_check_goes_through_nginx(image: str) -> None:
    quick = ("--health-interval", "1s", "--health-retries", "2", "--health-start-period", "0s")
    with Container.start(image, *HARDENED, *quick) as app:
        app.wait_until_ready()

        def health() -> str:
            return docker("inspect", "--format", "{{.State.Health.Status}}", app.name)

        def becomes(status: str) -> bool:
            for _ in range(40):
                if health() == status:
                    return True
                time.sleep(0.5)
            return False

        assert becomes("healthy")
        app.kill("python -m app", "STOP")
        assert becomes("unhealthy")


# ---- load --------------------------------------------------------------------------------------


async def one_stream(url: str, prompt: str) -> list[float]:
    """Give back by how many seconds each event was late."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps({"prompt": prompt}).encode()
    writer.write(
        b"POST /stream HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )
    late = []
    complete = False
    async for line in reader:
        now = time.monotonic()
        if b'"event":"token"' in line:
            late.append(now - float(json.loads(line.removeprefix(b"data: "))["text"]))
        complete = complete or b'"event":"done"' in line
    writer.close()
    assert complete
    return late


def test_200_streams_for_30_seconds(image: str) -> None:
    async def load(url: str, prompt: str) -> list[list[float]]:
        return await asyncio.gather(*(one_stream(url, prompt) for _ in range(200)))

    with Container.start(image, *HARDENED, *TEST_ANSWER, *UNLIMITED) as app:
        app.wait_until_ready()
        asyncio.run(load(app.url, "5 0.1"))
        memory: list[int] = []
        done = threading.Event()

        def watch() -> None:
            while not done.wait(5):
                memory.append(app.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        streams = asyncio.run(load(app.url, "60 0.5"))
        done.set()
        watcher.join()
        late = [seconds for stream in streams for seconds in stream]
        assert len(late) == 200 * 60
        assert max(late) < LATE
        assert statistics.median(late) < 0.05
        assert len(memory) >= 4
        assert memory[-1] < memory[0] * 1.1, memory


def test_a_hundred_restarts(image: str) -> None:
    def restart(app: Container) -> None:
        for _ in range(RESTARTS // 4):
            docker("restart", "--time", "10", app.name)
            app.find_port()
            app.wait_until_ready()

    apps = [Container.start(image, *HARDENED) for _ in range(4)]
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(restart, apps))
    finally:
        for app in apps:
            app.__exit__()
