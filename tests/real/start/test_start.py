"""The cost of the backend's start, and the backend's tests on the image's Python."""

import re
from pathlib import Path

import pytest

from tests.check.test_backend import SUITE
from tests.real.docker import docker
from tests.real.start.image import APP, HELLO, build_image, count

pytestmark = pytest.mark.usefixtures("docker")

BOUND = 0.75
"""The limit for the instructions of a start, relative to FastAPI's first example."""

CHECK_BACKEND = """
set -e
mkdir -p /copy/backend
cd /project
cp .env.example package.json /copy
cd backend
cp -r app tests pyproject.toml requirements-dev.txt /copy/backend
cp -r /suite /copy/backend/tests/template
cd /copy/backend
pip install --quiet --root-user-action ignore --require-hashes -r requirements-dev.txt
python -m mypy app tests
python -m pytest -q -rs
"""


def test_a_start_costs_less_than_fastapis_first_example(cloudflare_app: Path) -> None:
    image = build_image(cloudflare_app, "start-test")
    assert count(image, *APP) <= BOUND * count(image, *HELLO)


def test_the_backends_tests_pass_on_the_images_python(cloudflare_app: Path) -> None:
    dockerfile = (cloudflare_app / "Dockerfile-cloudflare").read_text()
    [python] = set(re.findall(r"^FROM (python:\S+)", dockerfile, re.MULTILINE))
    mounts = ("--volume", f"{cloudflare_app}:/project:ro", "--volume", f"{SUITE}:/suite:ro")
    printed = docker("run", "--rm", *mounts, python, "bash", "-c", CHECK_BACKEND)
    assert " passed" in printed
    assert "skipped" not in printed, printed
