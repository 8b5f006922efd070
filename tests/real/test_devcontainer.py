"""The dev container builds, and commands run in it as its user; its own Docker isn't tested."""

import json
import shutil
from pathlib import Path

import pytest

from tests.projects import generate
from tests.real.docker import docker

IMAGE = "devcontainer-test"
CHECKS = "node uv python packages venv config settings types worker-types"


@pytest.mark.usefixtures("docker")
def test_commands_run_in_the_dev_container(tmp_path: Path) -> None:
    project = generate(tmp_path / "app", deployment="cloudflare", initialize_git="false")
    settings = json.loads((project / ".devcontainer/devcontainer.json").read_text())
    docker("build", "--tag", IMAGE, str(project / ".devcontainer"))
    for path in (project, *project.rglob("*")):
        shutil.chown(path, 1000, 1000)  # as VS Code does: the user gets the owner's ID
    steps = (
        settings["postCreateCommand"],
        f"bun run doctor {CHECKS}",
        "chromium --headless --dump-dom about:blank",
    )
    printed = docker(
        *("run", "--rm", "--privileged"),  # as the feature docker-in-docker does
        *("--user", settings["remoteUser"], "--volume", f"{project}:/workspaces/app"),
        *("--workdir", "/workspaces/app", IMAGE, "sh", "-c", " && ".join(steps)),
    )
    assert "<html>" in printed
