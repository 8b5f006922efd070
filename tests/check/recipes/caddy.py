"""Caddy, with a recipe's configuration."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.backend import free_port, wait_until_it_listens
from tests.projects import environment

NEEDS_CADDY = pytest.mark.skipif(
    not shutil.which("caddy"), reason="pyproject.toml has Caddy for Linux alone"
)


@contextmanager
def caddy(project: Path, upstreams: dict[str, str]) -> Iterator[str]:
    """Run Caddy with `deploy/Caddyfile` and `.env`, without TLS.

    Args:
        project: A project after the recipe.
        upstreams: The addresses that replace those of the services in `compose.yaml`.

    Yields:
        Caddy's address.
    """
    port = free_port()
    config = (project / "deploy/Caddyfile").read_text()
    for service, address in upstreams.items():
        assert service in config
        config = config.replace(service, address.removeprefix("http://"))
    file = project.parent / "Caddyfile"
    file.write_text("{\n\tadmin off\n}\n" + config)
    settings = dict(line.split("=", 1) for line in (project / ".env").read_text().splitlines())
    settings = {name: value.strip("'") for name, value in settings.items()}
    settings |= {"DOMAIN": f"http://127.0.0.1:{port}", "HOME": str(project.parent)}
    process = subprocess.Popen(
        ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"],
        env=environment() | settings,
    )
    try:
        wait_until_it_listens(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
