"""docs/recipes/cloudflare-cron.md, with the Worker's `scheduled` handler in workerd."""

import os
import signal
import subprocess
from pathlib import Path

import httpx

from tests import recipes
from tests.backend import free_port, wait_until_it_responds
from tests.projects import environment, run


def test_the_trigger_runs_the_task(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "cloudflare-cron")
    recipes.check_backend(project)
    run(project, "bun", "run", "check", "scripts:format", "scripts:lint")
    run(project, "bun", "run", "check", "worker")
    worker, backend = free_port(), free_port()
    ports = {"WORKER_PORT": str(worker), "BACKEND_PORT": str(backend), "LOG_FORMAT": "text"}
    log = tmp_path / "log"
    with log.open("w") as file:
        server = subprocess.Popen(
            ["bun", "run", "dev:cloudflare"], cwd=project, env=environment() | ports,
            stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        url = f"http://127.0.0.1:{worker}"
        try:
            wait_until_it_responds(f"{url}/api/health")
            recipes.ask(project, "cloudflare-cron", url)
            public = httpx.post(f"{url}/tasks/nightly", trust_env=False)
        finally:
            os.killpg(server.pid, signal.SIGINT)
            server.wait(30)
    assert public.status_code == 404
    assert log.read_text().count("Cleaning up") == 1
