"""`cruft` brings later versions of the template to projects that either tool made."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import ROOT, environment, run


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A copy of this template as git has it, with what is not committed yet."""
    copy = tmp_path / "template"
    listed = run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z").stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    run(copy, "git", "init", "--quiet", "--initial-branch=main")
    commit(copy)
    return copy


def commit(folder: Path) -> None:
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "--quiet", "-m", "Change")


@pytest.mark.parametrize("tool", ["cookiecutter", "cruft"])
def test_a_change_of_the_template_arrives(tool: str, template: Path, tmp_path: Path) -> None:
    command = ["cookiecutter"] if tool == "cookiecutter" else ["cruft", "create"]
    answers = {"deployment": "monolith", "project_name": 'It\'s & "this"'}
    given = (
        [f"{key}={value}" for key, value in answers.items()]
        if tool == "cookiecutter"
        else ["--extra-context", json.dumps(answers)]
    )
    subprocess.run(
        [sys.executable, "-m", *command, str(template), "--no-input", *given],
        cwd=tmp_path, env=environment(), check=True, capture_output=True,
    )  # fmt: skip
    project = tmp_path / "it-s-this"
    if tool == "cruft":
        assert not (project / ".git").exists()
        run(project, "git", "init", "--quiet")
        commit(project)
    (project / "backend" / "app" / "mine.py").write_text('"""Mine."""\n')
    commit(project)

    changed = template / "{{cookiecutter.project_slug}}" / ".editorconfig"
    changed.write_text(changed.read_text() + "\n[*.new]\nindent_size = 8\n")
    commit(template)
    assert "up to date" not in cruft(project, "check")
    cruft(project, "update", "--skip-apply-ask")

    assert "[*.new]" in (project / ".editorconfig").read_text()
    assert (project / "backend" / "app" / "mine.py").exists()
    assert not (project / "worker").exists()
    assert not list(project.rglob("*.rej"))
    assert "up to date" in cruft(project, "check")


def cruft(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "cruft", *arguments],
        cwd=project, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr
