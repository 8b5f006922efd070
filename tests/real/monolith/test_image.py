"""The contents of the image."""

import json
from pathlib import Path

import pytest

from bench.images.bench import IMAGES, base_megabytes, megabytes
from tests.real.docker import docker
from tests.real.monolith.container import Container


def test_the_image_is_lean_and_runs_as_nobody(app: Container, image: str) -> None:
    assert app.run("id -u") == "10001"
    for tool in ("pip", "uv", "bun", "node", "gcc", "cc", "make", "curl"):
        assert app.run(f"command -v {tool}") == "", tool
    assert "No module named pip" in app.run("python -m pip")
    assert app.run("find /opt/app /opt/packages -name '*.py' | wc -l") == app.run(
        "find /opt/app /opt/packages -name '*.pyc' | wc -l"
    )
    bytecode = app.run("python -c 'import json; print(json.__spec__.cached)' | xargs ls")
    assert bytecode.endswith(".pyc")
    labels = json.loads(docker("image", "inspect", image))[0]["Config"]["Labels"]
    assert labels["org.opencontainers.image.version"]


def test_dockers_old_builder_is_rejected_first(
    monolith_app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    printed = docker("build", "--tag", "monolith-test-old-builder", str(monolith_app), check=False)
    steps = [line for line in printed.splitlines() if line.startswith("Step ")]
    assert len(steps) == 2, printed
    assert "needs BuildKit" in printed


def test_the_image_adds_little_to_its_base(image: str, monolith_app: Path) -> None:
    dockerfile = monolith_app / IMAGES["monolith"].dockerfile
    assert megabytes(image) - base_megabytes(dockerfile) <= IMAGES["monolith"].most_megabytes
