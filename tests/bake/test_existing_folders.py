"""Generation rejects a folder that isn't empty, and removes or changes nothing in it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import attempt, generate, run, template
from tests.rendered_hook import default_answers


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file under a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def try_to_generate(output: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run cookiecutter or cruft with flags."""
    return attempt(output, sys.executable, "-m", *arguments)


@pytest.mark.parametrize(
    "flags",
    [
        ("cookiecutter", "TEMPLATE", "--no-input"),
        ("cookiecutter", "TEMPLATE", "--no-input", "-f", "-s"),
        ("cookiecutter", "TEMPLATE", "--no-input", "-f", "--keep-project-on-failure"),
        ("cookiecutter", "TEMPLATE", "--no-input", "-f", "deployment=monolith"),
        ("cookiecutter", "TEMPLATE", "--no-input", "-f", "-s", "deployment=monolith"),
        ("cookiecutter", "TEMPLATE", "--no-input", "-f", "deployment=monolith", "backend_port=80"),
        ("cookiecutter", "TEMPLATE", "--replay-file", "REPLAY", "-f", "-s"),
        ("cruft", "create", "TEMPLATE", "--no-input"),
        ("cruft", "create", "TEMPLATE", "-y", "-f", "--skip", "backend", "--skip", "docs"),
        (
            "cruft",
            "create",
            "TEMPLATE",
            "-y",
            "-f",
            "--extra-context",
            '{"deployment": "monolith"}',
        ),
    ],
    ids=" ".join,
)
def test_no_flag_removes_or_changes_anything(flags: tuple[str, ...], tmp_path: Path) -> None:
    project = generate(tmp_path, deployment="both", initialize_git="false")
    for name in ("backend/app/mine.py", "deploy/prod/mine.yaml", "docs/notes.md", "worker/mine.ts"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("mine\n")
    (project / "README.md").write_text("# Edited\n")
    before = contents(project)
    replay = tmp_path / "replay.json"
    replay.write_text(json.dumps({"cookiecutter": default_answers()}))
    given = [str(template()) if flag == "TEMPLATE" else flag for flag in flags]
    given = [str(replay) if flag == "REPLAY" else flag for flag in given]
    done = try_to_generate(tmp_path, *given)
    assert done.returncode != 0
    assert contents(project) == before
    if "-f" in flags:
        assert f"{project} is not empty, so nothing was changed." in done.stderr
        layout = "monolith" if "monolith" in " ".join(flags) else "cloudflare"
        switch = f"""uvx cruft update --variables-to-update '{{"deployment": "{layout}"}}'"""
        assert switch in done.stderr


def test_an_empty_clone_is_filled(tmp_path: Path) -> None:
    run(tmp_path, "git", "init", "--quiet", "my-app")
    done = try_to_generate(tmp_path, "cookiecutter", str(template()), "--no-input", "-f")
    assert done.returncode == 0, done.stderr
    assert "This folder is inside a git repository" in done.stdout
    assert (tmp_path / "my-app" / "package.json").exists()
    assert (tmp_path / "my-app" / ".git").is_dir()


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "my-app").mkdir()
    run(
        tmp_path, sys.executable, "-m", "cookiecutter", str(template()), "--no-input",
        "--default-config", "--overwrite-if-exists",
    )  # fmt: skip
    assert (tmp_path / "my-app" / "package.json").exists()


def test_a_refused_folder_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "my-app").write_text("mine\n")
    done = try_to_generate(tmp_path, "cookiecutter", str(template()), "--no-input", "-f")
    assert done.returncode != 0
    assert (tmp_path / "my-app").read_text() == "mine\n"
