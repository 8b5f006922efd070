"""The frontend on a file system that ignores case, as those of macOS and Windows do."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.projects import generate, run

NEEDED = ("lowntfs-3g", "mkntfs", "umount")


@pytest.fixture
def ignoring_case(tmp_path: Path) -> Iterator[Path]:
    """A folder on such a file system, which is removed afterwards."""
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        pytest.skip(f"no file system that ignores case: {missing[0]} is not installed")
    image, folder = tmp_path / "image", tmp_path / "ignoring-case"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(2**29)
    subprocess.run(["mkntfs", "--quick", "--force", "--quiet", image], check=True)
    mount = ("lowntfs-3g", "-o", "ignore_case", str(image), str(folder))
    mounted = subprocess.run(mount, check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system that ignores case: this machine does not allow FUSE")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_the_frontend_builds_and_passes_its_tests(
    ignoring_case: Path, cloudflare_app: Path, tmp_path: Path
) -> None:
    project = ignoring_case / "my-app"
    packages = ("node_modules", "frontend/node_modules")
    shutil.copytree(generate(tmp_path / "app", initialize_git="false"), project)
    assert (project / "FRONTEND/SRC/app.TSX").exists()
    for name in packages:
        (project / name).symlink_to(cloudflare_app / name)
    run(project / "frontend", "node_modules/.bin/vite", "build")
    assert "passed" in run(project / "frontend", "node_modules/.bin/vitest", "run").stdout
