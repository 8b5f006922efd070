"""`cruft` updates projects to later versions of the template."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import (
    LAYOUTS,
    PREVIOUS,
    become_current,
    commit,
    cruft,
    environment,
    generate_from,
    run,
    template_of,
    template_of_its_own,
)


@pytest.mark.parametrize("tool", ["cookiecutter", "cruft"])
def test_a_change_in_the_template_arrives(tool: str, tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
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


def test_renaming_the_app_reaches_every_place(tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    project = generate_from(template, tmp_path, deployment="both", project_name="Old Name")
    names = '{"project_name": "Shop", "project_slug": "shop"}'
    cruft(project, "update", "--skip-apply-ask", "--variables-to-update", names)
    assert not list(project.rglob("*.rej"))
    for name in run(project, "git", "ls-files").stdout.split():
        text = (project / name).read_text("utf-8")
        assert "old-name" not in text, name
        assert "Old Name" not in text, name


def test_a_release_arrives_and_what_comes_after_it_does_not(tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    project = generate_from(template, tmp_path, deployment="monolith")
    changed = template / "{{cookiecutter.project_slug}}" / ".editorconfig"
    for number, tag in enumerate(("v1.0.0", "v1.1.0", "")):
        changed.write_text(f"{changed.read_text()}\n[*.new{number}]\nindent_size = 8\n")
        commit(template)
        if tag:
            run(template, "git", "tag", tag)
    edited = project / ".editorconfig"
    for tag, parts in {"v1.0.0": 1, "v1.1.0": 2}.items():
        contained = ("check", "--not-strict", "--checkout", tag)
        assert "out of date" in cruft(project, *contained)
        cruft(project, "update", "--skip-apply-ask", "--checkout", tag)
        assert "up to date" in cruft(project, *contained)
        assert edited.read_text().count("[*.new") == parts
        commit(project)


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_a_project_of_the_previous_version_updates(deployment: str, tmp_path: Path) -> None:
    template = template_of(PREVIOUS, tmp_path / "template")
    project = generate_from(template, tmp_path, deployment=deployment)
    mine = project / "backend" / "app" / "mine.py"
    mine.write_text('"""Mine."""\n')
    commit(project)

    become_current(template)
    said = cruft(project, "update", "--skip-apply-ask")
    assert "\nU " not in said, said
    assert not list(project.rglob("*.rej"))
    run(project, "git", "add", "--all")
    fresh = generate_from(template, tmp_path / "fresh", deployment=deployment)
    names = set(run(project, "git", "ls-files").stdout.split()) - {"backend/app/mine.py"}
    assert names == set(run(fresh, "git", "ls-files").stdout.split())
    for name in names - {".cruft.json"}:
        assert (project / name).read_bytes() == (fresh / name).read_bytes(), name
