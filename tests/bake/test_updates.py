"""`cruft` brings later versions of the template to projects that either tool made."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import commit, environment, run, snapshot


@pytest.mark.parametrize("tool", ["cookiecutter", "cruft"])
def test_a_change_of_the_template_arrives(tool: str, tmp_path: Path) -> None:
    template = snapshot(tmp_path / "template")
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
