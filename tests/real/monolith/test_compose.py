"""`docker compose` on a server, with settings from `.env`."""

import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.real.docker import docker as run_docker

pytestmark = pytest.mark.usefixtures("docker")

VALUE = "pa$word with 'quotes' \\ and #"


SECRET = "a-token-of-the-tools"
OF_THE_BACKEND = """
from pathlib import Path
variables = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/environ")]
[own] = [each for each in variables if b"BACKEND_SOCKET=" in each]
print(own.decode().replace(chr(0), chr(10)))
"""
"""Prints the variables of the backend's process."""


def test_settings_but_no_credentials_come_from_env(both_app: Path, tmp_path: Path) -> None:
    folder = tmp_path / "compose-test"
    leave_out = shutil.ignore_patterns("node_modules", ".venv", "dist", ".git")
    shutil.copytree(both_app, folder, ignore=leave_out)
    quoted = VALUE.replace("'", "\\'")
    (folder / ".env").write_text(
        f"MODEL_API_KEY='{quoted}'\nMODEL_NAME=a-model\nHTTP_PORT=127.0.0.1:18923\nPORT=8123\nGRACE_SECONDS=\n"
        f"CLOUDFLARE_API_TOKEN={SECRET}\nWRANGLER_R2_SQL_AUTH_TOKEN={SECRET}\n"
    )
    compose = ("compose", "--project-directory", str(folder))
    try:
        run_docker(*compose, "up", "--build", "--detach", "--wait")
        report = httpx.get("http://127.0.0.1:18923/env").json()
        assert report["settings"]["MODEL_API_KEY"] is True
        inside = run_docker(*compose, "exec", "-T", "app", "printenv", "MODEL_API_KEY")
        assert inside == VALUE
        variables = run_docker(*compose, "exec", "-T", "app", "python", "-c", OF_THE_BACKEND)
        assert "MODEL_NAME=a-model" in variables
        assert SECRET not in variables
    finally:
        run_docker(*compose, "down", "--volumes", "--timeout", "1", check=False)


def test_no_env_file_is_needed(monolith_app: Path) -> None:
    assert not (monolith_app / ".env").exists()
    subprocess.run(["docker", "compose", "config", "--quiet"], cwd=monolith_app, check=True)
