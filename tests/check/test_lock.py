"""`bun run lock` in a project, and the versions that this template copies from it."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests import recipes
from tests.projects import commit, run
from tools.lock import LOCKS, TAKEN, TEMPLATE, take_versions

pytestmark = pytest.mark.usefixtures("offline")
BUN = re.compile(r'(?:"bun@|oven/bun:)(\d+\.\d+\.\d+)')
PLACES = ("package.json", "Dockerfile", ".devcontainer/Dockerfile")
"""The files that contain the version of bun."""


@pytest.fixture
def project(monolith_app: Path, tmp_path: Path) -> Path:
    """An installed project that the test may change."""
    return recipes.copy(monolith_app, tmp_path)


def changed(project: Path) -> set[str]:
    """List the files that differ from the last commit."""
    return set(run(project, "git", "diff", "--name-only").stdout.split())


def test_a_fresh_project_is_locked_already(project: Path) -> None:
    run(project, "bun", "run", "lock")
    assert changed(project) == set()


def test_only_what_was_added_is_locked(project: Path) -> None:
    manifest = project / "backend/pyproject.toml"
    manifest.write_text(manifest.read_text().replace('    "uvicorn"', '    "six",\n    "uvicorn"'))
    run(project, "bun", "run", "lock")
    locks = {"backend/requirements.txt", "backend/requirements-dev.txt"}
    assert changed(project) == {"backend/pyproject.toml", *locks}
    for name in locks:
        diff = run(project, "git", "diff", "--unified=0", name).stdout.splitlines()
        lines = [line for line in diff if re.match(r"[+-](?![+-])", line)]
        assert lines[0].startswith("+six==")
        assert all(re.match(r"\+    (?:--hash=sha256:|#)", line) for line in lines[1:])
        assert "://" not in (project / name).read_text()
    run(project, "bun", "run", "--cwd", "backend", "setup")


def test_a_package_that_the_images_cannot_install_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV_OFFLINE")  # it asks for a package that nothing else needs
    manifest = project / "backend/pyproject.toml"
    added = '    "onnxruntime==1.32.0",\n    "uvicorn"'  # its wheels are for Python 3.11 to 3.14
    manifest.write_text(manifest.read_text().replace('    "uvicorn"', added))
    with pytest.raises(AssertionError) as failed:
        run(project, "bun", "run", "lock")
    assert "onnxruntime==1.32.0 has no wheels" in str(failed.value)
    assert "config.imagePython in package.json" in str(failed.value)

    package = project / "package.json"
    package.write_text(re.sub(r'"imagePython": ".*"', '"imagePython": "3.14"', package.read_text()))
    with pytest.raises(AssertionError, match=r"The tag of python in Dockerfile .* `bun run lock`"):
        run(project, "bun", "scripts/doctor.ts", "config")
    run(project, "bun", "run", "lock")
    for name in ("Dockerfile", ".devcontainer/Dockerfile"):
        assert {*re.findall(r"python:(\S+)-slim", (project / name).read_text())} == {"3.14"}
    run(project, "bun", "scripts/doctor.ts", "config")


def test_a_package_that_the_images_must_build_is_reported(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV_OFFLINE")  # it asks for a package that nothing else needs
    monkeypatch.setenv("UV_PYTHON_INSTALL_MIRROR", "http://127.0.0.1:9")  # a download would fail
    manifest = project / "backend/pyproject.toml"
    added = '    "docopt==0.6.2",\n    "uvicorn"'  # it has no wheels
    manifest.write_text(manifest.read_text().replace('    "uvicorn"', added))
    printed = run(project, "bun", "run", "lock").stdout
    assert "docopt==0.6.2 has no usable wheels" in printed
    assert "only if it is pure Python" in printed
    assert "download" not in printed  # uv doesn't need the images' Python to resolve


def test_an_upgrade_renews_packages_and_bun(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_OFFLINE")
    for name in PLACES:
        path = project / name
        path.write_text(
            BUN.sub(lambda found: found[0].replace(found[1], "1.4.0"), path.read_text())
        )
    manifest = project / "frontend/package.json"
    manifest.write_text(
        re.sub(r'"react(-dom)?": ".*"', r'"react\1": "19.1.0"', manifest.read_text())
    )
    run(project, "bun", "install")
    held = json.loads((project / "package.json").read_text())["devDependencies"]
    commit(project)

    run(project, "bun", "run", "lock", "--upgrade")
    assert {*PLACES, "frontend/package.json", "bun.lock"} <= changed(project)
    latest = run(project, "bun", "info", "bun", "version").stdout.strip()
    assert {BUN.findall((project / name).read_text())[0] for name in PLACES} == {latest}
    assert json.loads(manifest.read_text())["dependencies"]["react"] != "19.1.0"
    assert "://" not in (project / "bun.lock").read_text()
    renewed = json.loads((project / "package.json").read_text())["devDependencies"]
    for name in ("@types/node", "typescript"):
        assert renewed[name] == held[name]
    run(project, "bun", "run", "check", "scripts:config")


def test_the_template_takes_everything_that_an_upgrade_writes(
    project: Path, tmp_path: Path
) -> None:
    written = run(project, "git", "ls-files").stdout.split()
    locked = [name for name in written if re.search(r"requirements.*\.txt$|bun\.lock$", name)]
    taken = {str(path.relative_to(project)) for glob in TAKEN for path in project.glob(glob)}
    assert {*locked, *PLACES, "frontend/package.json"} <= {*taken, "bun.lock"}
    assert set(LOCKS) == {"both", "monolith"}

    ours = Path(shutil.copy(TEMPLATE / "package.json", tmp_path))
    renewed = project / "package.json"
    renewed.write_text(BUN.sub('"bun@9.8.7', renewed.read_text()))
    take_versions(ours, renewed)
    expected = (TEMPLATE / "package.json").read_text()
    assert ours.read_text() == BUN.sub('"bun@9.8.7', expected)
