"""Projects with recipes for Cloudflare's services, in containers and in `dev:cloudflare`."""

import os
import re
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import recipes
from tests.backend import free_port, wait_until_it_responds
from tests.projects import environment, run

HERE = Path(__file__).parent
AI = '[ai]\nbinding = "AI"\n'


def follow(app: Path, folder: Path, *names: str) -> Path:
    """Follow recipes in a copy of a project, which then passes its own checks."""
    project = recipes.copy(app, folder)
    for name in names:
        recipes.follow(project, name)
    recipes.check_backend(project)
    run(project, "bun", "run", "check", "worker")
    run(project, "bun", "run", "check", "scripts:format", "scripts:lint")
    return project


def add(file: Path, before: str, line: str) -> None:
    """Add a line to a file, before a text."""
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, f"{line}\n{before}", 1))


def build(project: Path) -> Path:
    """Give the project a unique name, because its containers have it too, and build its page."""
    config = project / "wrangler.toml"
    name = f"t{uuid.uuid4().hex[:10]}"
    service = f'[[services]]\nbinding = "AI"\nservice = "{name}"\nentrypoint = "StandIn"\n'
    text = config.read_text().replace(AI, service, 1)
    config.write_text(re.sub(r'(?m)^name = ".*"', f'name = "{name}"', text, count=1))
    if service in text:
        shutil.copy(HERE / "standin.ts", project / "worker")
        add(project / "worker/index.ts", "export { AI }", 'export { StandIn } from "./standin";')
    run(project, "bun", "scripts/cloudflare/routes.ts")
    run(project, "bun", "run", "build:cloudflare-local")
    return project


@contextmanager
def development(project: Path) -> Iterator[str]:
    """Serve the project with `bun run dev:cloudflare`.

    Yields:
        The Worker's address.
    """
    worker, backend = free_port(), free_port()
    ports = {"WORKER_PORT": str(worker), "BACKEND_PORT": str(backend)}
    server = subprocess.Popen(
        ["bun", "run", "dev:cloudflare"], cwd=project, env=environment() | ports,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        wait_until_it_responds(f"http://127.0.0.1:{worker}/api/health")
        yield f"http://127.0.0.1:{worker}"
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait(30)
