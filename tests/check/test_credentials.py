"""The tools' credentials never reach the app, whether `.env` or the shell has them."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.projects import environment, generate

CREDENTIALS = {"CLOUDFLARE_API_TOKEN": "a-secret", "WRANGLER_R2_SQL_AUTH_TOKEN": "a-secret"}
PRINT = "import json, os; print(json.dumps(dict(os.environ)))"


@pytest.fixture
def project(both_app: Path, tmp_path: Path) -> Path:
    """A project whose `.env` has credentials and a setting."""
    project = generate(tmp_path / "app", deployment="both", initialize_git="false")
    for name in ("node_modules", "backend/.venv"):
        (project / name).symlink_to(both_app / name)
    lines = [f"{name}={value}\n" for name, value in CREDENTIALS.items()]
    (project / ".env").write_text("".join([*lines, "MODEL_NAME=a-model\n"]))
    return project


def run(project: Path, *command: str, **variables: str) -> str:
    """Run a command with credentials in the shell too; return its output."""
    done = subprocess.run(
        command, cwd=project, env=environment() | CREDENTIALS | variables,
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_the_backend_gets_none(project: Path) -> None:
    with_settings = ("bun", "scripts/with.ts", "--settings", "--", "bun", "scripts/python.ts")
    seen = json.loads(run(project, *with_settings, "-c", PRINT))
    assert seen["MODEL_NAME"] == "a-model"
    assert CREDENTIALS.keys() & seen.keys() == set()


def test_the_preview_of_the_image_gets_none(project: Path, tmp_path: Path) -> None:
    docker = tmp_path / "bin/docker"
    docker.parent.mkdir()
    docker.write_text('#!/bin/sh\n[ "$1" != run ] || echo "$@"\n')
    docker.chmod(0o755)
    path = os.pathsep.join([str(docker.parent), os.environ["PATH"]])
    printed = run(project, "bun", "scripts/image/preview.ts", PATH=path, IMAGE_PORT="19125")
    assert "--env MODEL_NAME" in printed
    assert not any(name in printed for name in CREDENTIALS)


@pytest.mark.parametrize(("deployment", "given"), [("both", True), ("monolith", False)])
def test_compose_overrides_those_in_env(deployment: str, given: bool, tmp_path: Path) -> None:
    project = generate(tmp_path, deployment=deployment, initialize_git="false")
    compose = yaml.safe_load((project / "compose.yaml").read_text())
    variables = compose["services"]["app"]["environment"]
    example = (project / ".env.example").read_text()
    assert ("CLOUDFLARE_API_TOKEN" in example) == given
    for name in ("CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN"):
        assert variables.get(name, "missing") == ("" if given else "missing")


def test_the_entrypoint_of_the_image_has_the_same_prefixes(project: Path) -> None:
    manifest = json.loads((project / "package.json").read_text())
    names = " ".join(f'"${{!{prefix}@}}"' for prefix in manifest["config"]["toolPrefixes"])
    assert f"\nunset {names} " in (project / "image/entrypoint.sh").read_text()
