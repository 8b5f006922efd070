"""The update link is right, however the template is given and wherever cookiecutter runs."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.projects import NEEDS_POSIX, attempt, commit, cruft, run, template_of_its_own


def generate(folder: Path, *arguments: str, pwd: Path | None = None) -> str:
    """Run cookiecutter in a folder, as a shell does, and return its output."""
    done = attempt(
        folder,
        sys.executable,
        "-m",
        "cookiecutter",
        *arguments,
        "--no-input",
        variables={"PWD": str(pwd or folder)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def link(project: Path) -> dict[str, str]:
    """Read a project's link to its template."""
    read: dict[str, str] = json.loads((project / ".cruft.json").read_text())
    return read


@pytest.mark.parametrize(
    ("start", "arguments"),
    [
        (".", ["./template"]),
        (".", ["template/"]),
        ("template", [".", "-o", ".."]),
        ("other", ["../template", "-o", ".."]),
    ],
)
def test_a_relative_path_is_linked(start: str, arguments: list[str], tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    (tmp_path / "other").mkdir()
    generate(tmp_path / start, *arguments)
    assert link(tmp_path / "my-app")["template"] == str(template)
    assert run(tmp_path / "my-app", "git", "log", "--format=%s").stdout
    assert "up to date" in cruft(tmp_path / "my-app", "check")


def test_a_relative_path_without_the_shells_folder_is_linked(tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    generate(tmp_path, "./template", pwd=Path("/"))
    assert link(tmp_path / "my-app")["template"] == str(template)


def test_a_relative_path_that_cannot_be_found_again_is_named(tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    said = generate(template, ".", "-o", "..", pwd=Path("/"))
    assert "No update link: use the template's full path instead of ." in said
    assert not (tmp_path / "my-app" / ".cruft.json").exists()
    assert (tmp_path / "my-app" / ".git").exists()


def test_a_subdirectory_is_linked_and_updates(tmp_path: Path) -> None:
    outer = tmp_path / "templates"
    inner = template_of_its_own(outer / "web")
    shutil.rmtree(inner / ".git")
    run(outer, "git", "init", "--quiet", "--initial-branch=main")
    commit(outer)
    generate(tmp_path, str(outer), "--directory", "web")
    project = tmp_path / "my-app"
    assert (link(project)["template"], link(project)["directory"]) == (str(outer), "web")
    settings = inner / "{{cookiecutter.project_slug}}" / ".editorconfig"
    settings.write_text(settings.read_text() + "\n[*.new]\n")
    commit(outer)
    cruft(project, "update", "--skip-apply-ask")
    assert "[*.new]" in (project / ".editorconfig").read_text()


def test_a_zip_gives_no_link_but_a_project(tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    shutil.rmtree(template / ".git")
    archive = shutil.make_archive(str(tmp_path / "t"), "zip", tmp_path, "template")
    said = generate(tmp_path, archive)
    assert "No update link, because git can't read the template's version" in said
    assert (tmp_path / "my-app" / ".git").exists()


@NEEDS_POSIX
def test_cruft_rejects_an_address_with_a_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = template_of_its_own(tmp_path / "template")
    settings = tmp_path / "gitconfig"
    settings.write_text(
        f'[url "file://{template}"]\ninsteadOf = https://me:s3cr3t@host.example/t.git\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    done = attempt(
        tmp_path,
        sys.executable,
        "-m",
        "cruft",
        "create",
        "https://me:s3cr3t@host.example/t.git",
        "-y",
    )
    assert done.returncode != 0
    assert "Remove the credential from the template's address" in done.stderr
    assert not (tmp_path / "my-app").exists()


@NEEDS_POSIX
def test_neither_token_nor_hook_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = template_of_its_own(tmp_path / "template")
    settings = tmp_path / "gitconfig"
    address = "https://oauth2:s3cr3t@git.example/t.git"
    settings.write_text(
        f'[url "file://{template}"]\ninsteadOf = {address}\n[user]\nname = x\nemail = x@y.z\n'
    )
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "output").mkdir()
    said = generate(tmp_path / "output", address)
    refused = attempt(
        tmp_path, sys.executable, "-m", "cookiecutter", address, "--no-input", "backend_port=80"
    )
    assert "https://git.example/t.git --no-input" in refused.stderr
    assert "s3cr3t" not in said + refused.stderr
    project = tmp_path / "output" / "my-app"
    assert link(project)["template"] == "https://git.example/t.git"
    files = [path for folder in (temporary, project) for path in folder.rglob("*")]
    assert not [path for path in files if path.is_file() and b"s3cr3t" in path.read_bytes()]
    assert list(temporary.iterdir()) == []
    assert "s3cr3t" not in run(project, "git", "log", "--patch").stdout


@NEEDS_POSIX
@pytest.mark.parametrize("linked", [False, True])
def test_generating_inside_a_git_hook_leaves_the_outer_repository_alone(
    linked: bool, tmp_path: Path
) -> None:
    template = template_of_its_own(tmp_path / "template")
    outer = tmp_path / "outer"
    outer.mkdir()
    for name in ("a", "b", "c"):
        (outer / name).write_text("1\n")
    run(outer, "git", "init", "--quiet")
    commit(outer)
    worktree = outer
    if linked:
        worktree = tmp_path / "worktree"
        run(outer, "git", "worktree", "add", "--quiet", str(worktree))
    output = tmp_path / "output"
    output.mkdir()
    hook = outer / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f"#!/bin/sh\ncd {output} && exec {sys.executable} -m cookiecutter {template} --no-input\n"
    )
    hook.chmod(0o755)
    (worktree / "a").write_text("2\n")
    run(worktree, "git", "commit", "--all", "--quiet", "-m", "Change a")
    assert run(worktree, "git", "ls-files").stdout.split() == ["a", "b", "c"]
    assert run(worktree, "git", "status", "--porcelain").stdout == ""
    project = output / "my-app"
    assert run(project, "git", "status", "--porcelain").stdout == ""
    assert run(project, "git", "log", "--format=%s").stdout == "Start my-app from its template\n"
    assert link(project)["template"] == str(template)


@NEEDS_POSIX
def test_every_variable_that_names_a_repository_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = template_of_its_own(tmp_path / "template")
    outer = tmp_path / "outer"
    run(tmp_path, "git", "init", "--quiet", str(outer))
    names = run(tmp_path, "git", "rev-parse", "--local-env-vars").stdout.split()
    paths = {
        name: str(outer / ".git" / "x")
        for name in names
        if not name.startswith(("GIT_CONFIG", "GIT_INTERNAL"))
    }
    paths |= {"GIT_DIR": str(outer / ".git"), "GIT_QUARANTINE_PATH": str(outer), "GIT_PREFIX": ""}
    paths |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.bare"}
    paths |= {"GIT_CONFIG_VALUE_0": "true"}
    output = tmp_path / "output"
    output.mkdir()
    before = sorted((outer / ".git").iterdir())
    for name, value in paths.items():
        monkeypatch.setenv(name, value)
    generate(output, str(template))
    for name in paths:
        monkeypatch.delenv(name)
    assert sorted((outer / ".git").iterdir()) == before
    assert run(output / "my-app", "git", "status", "--porcelain").stdout == ""
