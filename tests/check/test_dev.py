"""`bun run dev` on a developer's machine: broken code, busy ports, a proxy, `.env`."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.backend import free_port, listener
from tests.projects import attempt, environment, generate, run

PATIENCE_SECONDS = 60
PACKAGES = ("node_modules", "frontend/node_modules", "backend/.venv")


def until(condition: Callable[[], object], describe: Callable[[], str]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, describe()
        time.sleep(0.05)


class Dev:
    """A running `bun run dev` on its own ports, which its `.env` sets."""

    def __init__(self, project: Path, host: str = "localhost", **variables: str) -> None:
        """Start it."""
        self.host = host
        self.frontend, self.backend = free_port(), free_port()
        with (project / ".env").open("a") as file:
            file.write(f"FRONTEND_PORT={self.frontend}\nBACKEND_PORT={self.backend}\n")
        self.output = ""
        self.process = subprocess.Popen(
            ["bun", "scripts/dev.ts"],
            cwd=project, env=environment() | variables, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        """Collect the output until every process that writes it has ended."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.output += line

    def wait_for(self, text: str) -> None:
        """Wait until the output contains a text."""
        until(lambda: text in self.output, lambda: self.output)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Send a request through the dev server."""
        address = f"http://{self.host}:{self.frontend}{path}"
        return httpx.get(address, trust_env=False, timeout=2, headers=headers)

    def is_healthy(self) -> bool:
        """Ask whether the backend responds. `bun run dev` waits for it only for a while."""
        try:
            return self.get("/api/health").is_success
        except httpx.TransportError:
            return False

    def end(self, with_signal: int) -> None:
        """Stop it, and expect every process to end."""
        self.process.send_signal(with_signal)
        self.process.wait(timeout=10)
        self.reader.join(timeout=10)  # the output closes when no process has it open
        assert not self.reader.is_alive(), "a process is left behind"


@contextmanager
def running(project: Path, host: str = "localhost", **variables: str) -> Iterator[Dev]:
    """Serve a project until the block ends."""
    dev = Dev(project, host, **variables)
    try:
        dev.wait_for(f"http://{host}:{dev.frontend}  ")
        until(dev.is_healthy, lambda: dev.output)
        yield dev
    finally:
        if dev.process.poll() is None:
            dev.end(signal.SIGINT)


@pytest.fixture
def project(cloudflare_app: Path, tmp_path: Path) -> Path:
    """A project that the test may change, with the packages of the shared one."""
    project = generate(tmp_path / "app", initialize_git="false")
    for name in PACKAGES:
        (project / name).symlink_to(cloudflare_app / name)
    return project


def test_a_broken_backend_is_a_503_until_it_is_repaired(project: Path) -> None:
    module = project / "backend/app/answer.py"
    working = module.read_text()
    with running(project) as dev:
        assert dev.get("/api/health").status_code == 200
        module.write_text(f"{working}\ndef (\n")
        dev.wait_for("SyntaxError")
        broken = dev.get("/env")
        assert broken.status_code == 503
        assert broken.headers["Content-Type"] == "application/problem+json"
        assert "The backend is not running" in broken.json()["detail"]
        module.write_text(working)
        until(lambda: dev.get("/env").status_code == 200, lambda: dev.output)

        os.kill(listener(dev.backend), signal.SIGKILL)
        until(lambda: dev.get("/env").status_code == 503, lambda: dev.output)
        module.write_text(f"{working}\n")
        until(lambda: dev.get("/env").status_code == 200, lambda: dev.output)


def test_other_paths_are_404(project: Path) -> None:
    with running(project) as dev:
        for path in ("/wp-login.php", "/.env", "/api", "/assets/gone.js"):
            response = dev.get(path)
            assert (response.status_code, response.headers["Content-Type"]) == (
                404,
                "application/problem+json",
            )


def test_a_setting_in_env_is_set_and_a_change_is_noticed(project: Path) -> None:
    (project / ".env").write_text("MODEL_NAME=a-model\nMODEL_API_KEY='sk $HOME #1 = \"x\"'\n")
    script = "process.stdout.write(process.env.MODEL_API_KEY)"
    done = run(project, "bun", "scripts/with.ts", "--settings", "--", "bun", "-e", script)
    assert done.stdout == 'sk $HOME #1 = "x"'
    with running(project) as dev:
        assert dev.get("/env").json()["settings"]["MODEL_API_KEY"] is True
        text = (project / ".env").read_text()
        (project / ".env").write_text(text.replace("MODEL_API_KEY", "UNUSED"))

        def is_unset() -> bool:
            response = dev.get("/env")
            return response.is_success and not response.json()["settings"]["MODEL_API_KEY"]

        until(is_unset, lambda: dev.output)


def test_other_addresses_and_names_of_the_machine(project: Path) -> None:
    names = {"FRONTEND_HOST": "127.0.0.2", "FRONTEND_ALLOWED_HOSTS": "a.test, b.test"}
    with running(project, host="127.0.0.2", **names) as dev:
        statuses = [dev.get("/", Host=f"{name}.test").status_code for name in "abc"]
    assert statuses == [200, 200, 403]


def test_two_apps_run_side_by_side_and_a_busy_port_names_its_holder(
    project: Path, cloudflare_app: Path, tmp_path: Path
) -> None:
    other = generate(tmp_path / "other", initialize_git="false")
    for name in PACKAGES:
        (other / name).symlink_to(cloudflare_app / name)
    with running(project) as dev, running(other) as second:
        assert dev.get("/api/health").status_code == second.get("/api/health").status_code == 200
        refused = attempt(project, "bun", "run", "--silent", "dev")
        assert refused.returncode == 1
        frontend, backend = refused.stderr.strip().splitlines()[:2]
        for name, port, said in (
            ("FRONTEND_PORT", dev.frontend, frontend),
            ("BACKEND_PORT", dev.backend, backend),
        ):
            process = r"(another process|\S+ \(pid \d+\))"  # finding its name needs `ss` or `lsof`
            sentence = rf"Port {port} is in use by {process}: stop it or set {name} in \.env\."
            assert re.fullmatch(sentence, said)


def test_no_request_to_this_machine_goes_through_a_proxy(project: Path) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as proxy:

        def record() -> None:
            while True:
                try:
                    connection, _ = proxy.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(1024))

        threading.Thread(target=record, daemon=True).start()
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        variables = {spelled: address for name in names for spelled in (name, name.lower())}
        with running(project, **variables, NO_PROXY="example.com", NODE_USE_ENV_PROXY="1") as dev:
            assert dev.get("/api/health").status_code == 200
    assert asked == []


def test_no_process_outlives_a_killed_one(project: Path) -> None:
    with running(project) as dev:
        dev.end(signal.SIGKILL)
