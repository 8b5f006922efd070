"""Processes that die, hang, or are missing."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.conversation import conversation
from tests.real.docker import docker
from tests.real.monolith.container import HARDENED, HTML, UNLIMITED, Container, assert_problem

RESTARTS = 100


@pytest.mark.parametrize(
    ("command", "name"),
    [("nginx: master", "nginx"), ("python -m app", "The backend")],
)
def test_a_killed_process_ends_the_container(image: str, command: str, name: str) -> None:
    with Container.start(image, *HARDENED) as app:
        app.wait_until_ready()
        app.kill(command)
        assert app.exit_status(10) == 1
        assert f"{name} ended unexpectedly with signal KILL." in app.logs()


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
        assert "The backend wasn't ready within 2 s." in app.logs()


def test_a_missing_backend_is_503(image: str) -> None:
    with Container.start(image, *HARDENED) as app:
        app.wait_until_ready()
        app.run("rm /tmp/backend.sock")

        def stream(_: int) -> httpx.Response:
            return httpx.post(f"{app.url}/stream", json=conversation("a"), timeout=10)

        with ThreadPoolExecutor(20) as pool:  # more requests than idle connections to the backend
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
        body = json.dumps(conversation("a") | {"padding": "x" * 900_000})
        headers = {"Content-Type": "application/json"}
        answer = httpx.post(f"{app.url}/stream", content=body, headers=headers, timeout=20)
        assert answer.status_code in (200, 422)
        assert httpx.get(f"{app.url}/", headers=HTML).status_code == 200


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
