"""A release is a version that CHANGELOG.md and pyproject.toml agree on, tagged once."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.projects import NEEDS_POSIX, environment, run
from tools.generate import ROOT
from tools.release import sections, version

pytestmark = NEEDS_POSIX
GH = """#!/usr/bin/env bash
printf '%s\\n' "$@" >> "$RECORD"
[[ "$1 $2" != "release view" || -n "$IS_OUT" ]]
"""
"""Replaces GitHub's `gh`: records its arguments, and knows a release if IS_OUT is set."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the files that a release needs, and `gh` next to it."""
    folder = tmp_path / "repository"
    (folder / "tools").mkdir(parents=True)
    for name in ("CHANGELOG.md", "pyproject.toml", "tools/release.py", "tools/propose.sh"):
        (folder / name).write_text((ROOT / name).read_text())
    (folder / "tools/propose.sh").chmod(0o755)
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(GH)
    program.chmod(0o755)
    return folder


def variables(repository: Path, **more: str) -> dict[str, str]:
    """Put this `gh` first on the path."""
    beside = repository.parent
    path = f"{beside / 'bin'}{os.pathsep}{os.environ['PATH']}"
    given = {"PATH": path, "RECORD": str(beside / "asked"), "GITHUB_SHA": "0" * 40, "IS_OUT": ""}
    return environment() | given | more


def release(repository: Path, newest: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Release with a newest section of that name in the changelog."""
    notes = f"# Changelog\n\n## {newest}\n\n1. Run `bun install`.\n\n## 0.0.1\n\nOld.\n"
    (repository / "CHANGELOG.md").write_text(notes)
    return subprocess.run(
        ["python", "tools/release.py"],
        cwd=repository, env=variables(repository, **more), capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def asked(repository: Path) -> list[str]:
    """Read the arguments that `gh` got."""
    record = repository.parent / "asked"
    return record.read_text().splitlines() if record.exists() else []


def test_the_changelog_has_the_section_that_a_release_needs() -> None:
    newest, *others = sections((ROOT / "CHANGELOG.md").read_text("utf-8"))
    assert newest in ("Unreleased", version())
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", name) for name in others)


def test_a_version_is_tagged_with_its_notes(repository: Path) -> None:
    done = release(repository, version())
    assert done.returncode == 0, done.stderr
    tag = f"v{version()}"
    assert asked(repository) == [
        *("release", "view", tag),
        *("release", "create", tag, "--target", "0" * 40, "--title", tag),
        *("--notes", "1. Run `bun install`."),
    ]


def test_a_version_is_tagged_once(repository: Path) -> None:
    done = release(repository, version(), IS_OUT="1")
    assert (done.returncode, done.stdout) == (0, f"v{version()} already exists.\n")
    assert "create" not in asked(repository)


def test_unreleased_changes_are_not_tagged(repository: Path) -> None:
    assert release(repository, "Unreleased").returncode == 0
    assert asked(repository) == []


def test_two_different_versions_are_rejected(repository: Path) -> None:
    done = release(repository, "77.0.0")
    assert done.returncode == 1
    assert done.stderr == (
        f"The newest section of CHANGELOG.md is 77.0.0, but pyproject.toml has {version()}. "
        "Use the same version in both.\n"
    )
    assert asked(repository) == []


def test_updated_pins_are_proposed_once(repository: Path) -> None:
    origin = repository.parent / "origin.git"
    run(repository.parent, "git", "init", "--quiet", "--bare", str(origin))
    run(repository, "git", "init", "--quiet", "--initial-branch=main")
    run(repository, "git", "add", "--all")
    run(repository, "git", "commit", "--quiet", "-m", "Start")
    run(repository, "git", "remote", "add", "origin", str(origin))

    def propose() -> str:
        command = ["tools/propose.sh", "renew-pins", "Renew the pins"]
        done = subprocess.run(
            command, cwd=repository, env=variables(repository), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert propose() == "Nothing has changed.\n"
    assert asked(repository) == []
    (repository / "pins").write_text("1.2.3\n")
    propose()
    assert run(origin, "git", "show", "renew-pins:pins").stdout == "1.2.3\n"
    assert asked(repository)[2:5] == ["pr", "create", "--head"]
