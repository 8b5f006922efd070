"""The stack on Docker Swarm: an update and a scale-down while streams run.

The test starts a Swarm on one machine. Its routing mesh needs a kernel with IPVS, which not every
test machine has, so a plain nginx replaces it and finds the service through Swarm's DNS.
"""

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from tests.conversation import conversation
from tests.real.docker import docker as run_docker
from tests.real.monolith.container import UNLIMITED, Container

ANSWER = Path(__file__).parents[1] / "answer.py"
STREAMS = 200
FRONT = """
daemon off;
error_log stderr;
events { worker_connections 1024; }
http {
  access_log off;
  resolver 127.0.0.11 valid=1s;
  server {
    listen 8080;
    location / {
      set $app app;
      proxy_pass http://$app:80;
    }
  }
}
"""


@pytest.fixture(scope="module")
def swarm(docker: None) -> Iterator[None]:
    """A Swarm on this machine only."""
    if run_docker("info", "--format", "{{.Swarm.LocalNodeState}}") == "active":
        pytest.skip("this machine is part of a Swarm, which a test must not use")
    run_docker("swarm", "init", "--advertise-addr", "127.0.0.1")
    yield
    run_docker("swarm", "leave", "--force")


@dataclass
class Service:
    """The app as a service of a stack, and the address of the proxy in front."""

    name: str
    url: str

    def wait_for(self, number: int) -> set[str]:
        """Wait until a number of replicas run, and return their names."""
        deadline = time.monotonic() + 60
        while len(found := self.replicas()) != number:
            assert time.monotonic() < deadline, f"{found}, not {number}"
            time.sleep(0.2)
        return found

    def replicas(self) -> set[str]:
        """Return the names of the replicas that run and should continue."""
        listed = ("service", "ps", self.name, "--filter", "desired-state=running")
        lines = run_docker(*listed, "--format", "{{.ID}} {{.CurrentState}}").splitlines()
        return {line.split()[0] for line in lines if line.split()[1] == "Running"}


@pytest.fixture(scope="module")
def service(
    swarm: None, image: str, monolith_app: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The project's stack behind nginx."""
    folder = tmp_path_factory.mktemp("swarm")
    name = f"monolith-test-{uuid.uuid4().hex[:12]}"
    stack = yaml.safe_load((monolith_app / "deploy/swarm.yaml").read_text())
    app = stack["services"]["app"]
    del app["ports"]
    app["image"] = image
    app["environment"] = [UNLIMITED[1]]
    app["volumes"].append(f"{ANSWER}:/opt/app/app/answer/__init__.py:ro")
    app["networks"] = [name]
    app["deploy"]["endpoint_mode"] = "dnsrr"
    stack |= {"version": "3.9", "networks": {name: {"external": True}}}
    (folder / "swarm.yaml").write_text(yaml.safe_dump(stack))
    (folder / "nginx.conf").write_text(FRONT)
    run_docker("network", "create", "--driver", "overlay", "--attachable", name)
    try:
        file = ("--compose-file", str(folder / "swarm.yaml"))
        run_docker("stack", "deploy", *file, "--resolve-image", "never", name)
        with Container.start(
            image, "--network", name, "--user", "root", "--volume",
            f"{folder}/nginx.conf:/front.conf:ro", "--entrypoint", "nginx",
            port=8080, command=("-e", "stderr", "-c", "/front.conf"),
        ) as proxy:  # fmt: skip
            yield Service(f"{name}_app", proxy.wait_until_ready(60).url)
    finally:
        run_docker("stack", "rm", name)


@contextmanager
def streams(url: str) -> Iterator[None]:
    """Run the streams and short requests at the same time, and expect complete responses."""
    begun = threading.Barrier(STREAMS + 1, timeout=60)
    is_over = threading.Event()

    def stream() -> str:
        body = conversation("40 0.5")
        with httpx.stream("POST", f"{url}/stream", json=body, timeout=60) as answer:
            pieces = answer.iter_text()
            text = next(pieces)
            begun.wait()
            return text + "".join(pieces)

    def ask() -> list[int]:
        statuses = []
        with httpx.Client(timeout=10) as client:
            while not is_over.wait(0.1):
                statuses.append(client.get(f"{url}/env").status_code)
        return statuses

    with ThreadPoolExecutor(STREAMS + 1) as pool:
        running = [pool.submit(stream) for _ in range(STREAMS)]
        begun.wait()
        asked = pool.submit(ask)
        yield
        answers = [one.result() for one in running]
        is_over.set()
        assert sum("event: done" in answer for answer in answers) == STREAMS
        assert len(asked.result()) > 10
        assert set(asked.result()) == {200}


def test_an_update_and_a_scale_down_cut_no_stream_and_refuse_no_request(service: Service) -> None:
    before = service.wait_for(2)
    with streams(service.url):
        run_docker("service", "update", "--force", service.name)
    assert not before & service.wait_for(2)
    with streams(service.url):
        run_docker("service", "scale", f"{service.name}=1")
    service.wait_for(1)
