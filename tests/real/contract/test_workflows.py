"""The project's own workflows that need Docker, from a fresh clone to the deployed app."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.projects import shared
from tests.real.docker import docker as run_docker
from tests.workflows import Workflow, clone

pytestmark = pytest.mark.usefixtures("docker")

VIOLATION = "The Content Security Policy will block this when deployed"
REGISTRY = "localhost:5000"
IMAGE = f"{REGISTRY}/owner/my-app"

BUILD = """
docker build --quiet --tag "$REGISTRY/${GITHUB_REPOSITORY,,}:test" .
docker push --quiet "$REGISTRY/${GITHUB_REPOSITORY,,}:test"
image=$(docker inspect --format '{{index .RepoDigests 0}}' "$REGISTRY/${GITHUB_REPOSITORY,,}:test")
echo "image=$image" >> "$GITHUB_OUTPUT"
echo "$PLATFORM=$image" >> "$GITHUB_OUTPUT"
"""
"""Builds and pushes without SBOM and provenance, which need a BuildKit in its own image."""


@pytest.fixture
def project(shared_folder: Path, tmp_path: Path) -> Path:
    """A fresh clone of a project with both layouts."""
    return clone(shared(shared_folder, "both"), tmp_path / "my app")


def answers() -> bool:
    """Return whether a registry responds on this machine."""
    try:
        return httpx.get(f"http://{REGISTRY}/v2/", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def registry() -> Iterator[None]:
    """Run a registry on this machine."""
    if answers():
        yield
        return
    port = REGISTRY.rpartition(":")[2]
    container = run_docker("run", "--detach", "--publish", f"{port}:5000", "registry:3")
    deadline = time.monotonic() + 30
    while not answers():
        assert time.monotonic() < deadline, run_docker("logs", container)
        time.sleep(0.1)
    yield
    run_docker("rm", "--force", "--volumes", container)


def test_the_contract_holds_for_deployed_servers(project: Path) -> None:
    workflow = Workflow(project, "ci")
    workflow.run("contract")
    dev, deployed = (
        workflow.printed[name]
        for name in ("Test the development server", "Build and test what is deployed")
    )
    assert VIOLATION not in dev
    assert deployed.count(" passed") == 2  # the Worker and the image


def test_the_image_is_tested_before_it_gets_its_tags(
    project: Path, registry: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "docker"  # keeps the login
    settings.mkdir()
    (settings / "cli-plugins").symlink_to(Path.home() / ".docker/cli-plugins")
    monkeypatch.setenv("DOCKER_CONFIG", str(settings))
    github = {"ACTOR": "owner", "REPOSITORY": "Owner/My-App", "SHA": "0" * 40}
    for name, value in github.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    here = {"REGISTRY": REGISTRY}
    workflow = Workflow(
        project,
        "image",
        {
            "matrix.chromium": "/usr/bin/true",
            "matrix.platform": "arm64",
            "matrix.tests": "http requests",
            "steps.build.outputs.amd64": f"{IMAGE}:test",  # from the other platform's job
            "github.token": "a token",
        },
        variables={
            "Log in to the registry": here,
            "Build and push, without a tag": here,
            "Tag the image for both platforms": here,
        },
        instead={
            "Start a builder that can attest": "docker buildx version",
            "Build and push, without a tag": BUILD,
        },
    )
    workflow.run("build")
    assert " passed" in workflow.printed["Test the image"]
    assert workflow.outputs["needs.build.outputs.arm64"].startswith(f"{IMAGE}@sha256:")
    for ref, tags in {"heads/main": ("main",), "tags/v1.2.3": ("1.2.3", "latest")}.items():
        monkeypatch.setenv("GITHUB_REF", f"refs/{ref}")
        monkeypatch.setenv("GITHUB_REF_NAME", ref.partition("/")[2])
        workflow.run("publish")
        for tag in (github["SHA"], *tags):
            shown = run_docker("buildx", "imagetools", "inspect", "--raw", f"{IMAGE}:{tag}")
            assert len(json.loads(shown)["manifests"]) >= 1
