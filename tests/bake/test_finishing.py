"""Each branch of `post_gen_project`, on a project with three files."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.projects import NEEDS_POSIX
from tests.rendered_hook import ROOT, load


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "my-app"
    folder.mkdir()
    (folder / "package.json").write_text('{"config": {"backendPort": 30001}}\n')
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PWD", str(tmp_path))
    return folder


@pytest.mark.parametrize("bun", [None, "/usr/bin/bun"])
def test_without_bun_the_hint_says_where_to_get_it(
    bun: str | None,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hook = load("post_gen_project", tmp_path, initialize_git=False)
    monkeypatch.setattr(shutil, "which", lambda _: bun)
    hook.main()
    hint = "Install bun first: https://bun.com/docs/installation\nMy App is ready:"
    assert (hint in capsys.readouterr().out) is (bun is None)


def test_it_can_run_twice(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = load("post_gen_project", tmp_path, backend_port="31000")
    hook.main()
    first = {path: path.read_bytes() for path in project.iterdir() if path.is_file()}
    hook.main()
    assert {path: path.read_bytes() for path in project.iterdir() if path.is_file()} == first
    assert "cd my-app\n" in capsys.readouterr().out


def test_a_file_without_the_place_of_an_answer_is_an_error(project: Path, tmp_path: Path) -> None:
    (project / "package.json").write_text("{}\n")
    with pytest.raises(ValueError, match="not enough values"):
        load("post_gen_project", tmp_path).main()


def test_only_the_chosen_layout_stays(project: Path, tmp_path: Path) -> None:
    removed = {"docs/cloudflare.md", "worker/index.ts", "worker/http/routes.ts"}
    kept = {"image/nginx.conf", "backend/app/client.py", "frontend/src/image.ts", "docs/clouds.md"}
    kept |= {"e2e/cloudflare.test.ts", "scripts/monolith.ts", ".github/workflows/deploy-docs.yml"}
    for name in removed | kept:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("\n")
    load("post_gen_project", tmp_path, deployment="monolith", initialize_git=False).main()
    names = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    assert names == kept | {".cruft.json", "package.json"}


@pytest.mark.parametrize(("deployment", "packages"), [("monolith", "few"), ("both", "all")])
def test_the_lock_fits_the_layout_and_bears_the_name(
    deployment: str, packages: str, project: Path, tmp_path: Path
) -> None:
    for name, lock in {"bun.lock": "all", "bun.lock.monolith": "few"}.items():
        workspaces = {"": {"name": "x"}, "frontend": {"name": "frontend"}}
        text = json.dumps({"lock": lock, "workspaces": workspaces}, indent=2)
        (project / name).write_text(text)
    load("post_gen_project", tmp_path, deployment=deployment).main()
    assert json.loads((project / "bun.lock").read_text()) == {
        "lock": packages,
        "workspaces": {"": {"name": "my-app"}, "frontend": {"name": "frontend"}},
    }
    assert not (project / "bun.lock.monolith").exists()


def test_the_update_link_names_template_and_commit(project: Path, tmp_path: Path) -> None:
    load("post_gen_project", tmp_path, initialize_git=False, _checkout="main").main()
    link = json.loads((project / ".cruft.json").read_text())
    head = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    assert link["template"] == str(ROOT)
    assert link["commit"] == head.stdout.strip()
    assert link["checkout"] == "main"
    assert link["context"]["cookiecutter"]["project_name"] == "My App"
    assert not [
        key for key in link["context"]["cookiecutter"] if key in ("_output_dir", "_repo_dir")
    ]


SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        (f"https://oauth2:{SECRET}@host.example/team/t.git", "https://host.example/team/t.git"),
        (f"https://{SECRET}@host.example/t.git", "https://host.example/t.git"),
        (f"https://me:p@{SECRET}@host.example/t.git", "https://host.example/t.git"),
        (f"https://host.example/t.git?private_token={SECRET}", "https://host.example/t.git"),
        (f"https://host.example/t.git#{SECRET}", "https://host.example/t.git"),
        (f"https://git:{SECRET}@host.example:8443/t", "https://host.example:8443/t"),
        (f"ssh://git:{SECRET}@host.example/t.git", "ssh://host.example/t.git"),
        ("ssh://git@host.example:2222/t.git", "ssh://git@host.example:2222/t.git"),
        ("git@host.example:team/t.git", "git@host.example:team/t.git"),
        ("file:///srv/templates/t.git", "file:///srv/templates/t.git"),
    ],
)
@pytest.mark.parametrize("template", ["gh:org/repo", None])
def test_an_address_is_linked_without_its_credentials(
    template: str | None, address: str, linked: str, project: Path, tmp_path: Path
) -> None:
    clone = cloned_template(tmp_path)
    subprocess.run(["git", "-C", clone, "remote", "set-url", "origin", address], check=True)
    typed = template or address.replace("https://", "git+https://")
    load("post_gen_project", tmp_path, _template=typed, _repo_dir=str(clone)).main()
    text = (project / ".cruft.json").read_text()
    assert SECRET not in text
    link = json.loads(text)
    assert link["template"] == link["context"]["cookiecutter"]["_template"] == linked
    shown = subprocess.run(["git", "show"], cwd=project, capture_output=True, text=True, check=True)
    assert SECRET not in shown.stdout


def test_an_address_that_git_rewrites_is_linked_as_it_was_given(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = cloned_template(tmp_path)
    address = "https://host.example/t.git"
    subprocess.run(["git", "-C", clone, "remote", "set-url", "origin", address], check=True)
    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[user]\n\tname = x\n\temail = x@example.com\n"
        f'[url "https://ci:{SECRET}@host.example/"]\n\tinsteadOf = https://host.example/\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    load("post_gen_project", tmp_path, _template=address, _repo_dir=str(clone)).main()
    assert json.loads((project / ".cruft.json").read_text())["template"] == address


def cloned_template(folder: Path) -> Path:
    """Clone this template, as cookiecutter does with an address."""
    clone = folder / "clone"
    command = ["git", "clone", "--quiet", "--depth=1", f"file://{ROOT}", str(clone)]
    subprocess.run(command, check=True)
    return clone


def test_a_template_outside_git_gives_no_link(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unpacked = tmp_path / "unpacked"
    shutil.copytree(ROOT / "hooks", unpacked / "hooks")
    load("post_gen_project", tmp_path, _repo_dir=str(unpacked), initialize_git=False).main()
    assert not (project / ".cruft.json").exists()
    assert "No update link, because git can't read" in capsys.readouterr().out


def test_a_template_that_another_repository_does_not_track_gives_no_link(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outer = tmp_path / "outer"
    shutil.copytree(ROOT / "hooks", outer / "unpacked" / "hooks")
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "Empty"]):
        subprocess.run(["git", *command], cwd=outer, check=True)
    repo = str(outer / "unpacked")
    load("post_gen_project", tmp_path, _repo_dir=repo, initialize_git=False).main()
    assert not (project / ".cruft.json").exists()
    assert "No update link" in capsys.readouterr().out


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="only root can give a folder to another user",
)
def test_a_template_of_another_user_is_named_with_what_to_do(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = cloned_template(tmp_path)
    os.chown(clone, 12345, 12345)
    load("post_gen_project", tmp_path, _repo_dir=str(clone), initialize_git=False).main()
    assert not (project / ".cruft.json").exists()
    assert "git config --global --add safe.directory" in capsys.readouterr().out


def test_cruft_keeps_link_and_history_itself(project: Path, tmp_path: Path) -> None:
    load("post_gen_project", tmp_path, _commit="0" * 40).main()
    assert [path.name for path in project.iterdir()] == ["package.json"]


def test_inside_a_repository_no_other_is_made(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    load("post_gen_project", tmp_path).main()
    assert not (project / ".git").exists()
    assert "This folder is inside a git repository" in capsys.readouterr().out


@NEEDS_POSIX
@pytest.mark.parametrize("broken", [False, True])
def test_without_git_there_is_a_hint(
    broken: bool,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if broken:
        (tmp_path / "git").write_text("not a program\n")
        (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    load("post_gen_project", tmp_path).main()
    assert not (project / ".git").exists()
    assert "git couldn't run" in capsys.readouterr().out


@NEEDS_POSIX
def test_without_an_identity_there_is_a_hint(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("GIT_COMMITTER_EMAIL", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    load("post_gen_project", tmp_path).main()
    assert not (project / ".git").exists()
    assert "git has no user.name or user.email" in capsys.readouterr().out


@NEEDS_POSIX
def test_neither_hooks_nor_signing_of_the_user_stop_the_commit(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = tmp_path / "git-hooks" / "pre-commit"
    refusing.parent.mkdir()
    refusing.write_text("#!/bin/sh\nexit 1\n")
    refusing.chmod(0o755)
    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[user]\n\tname = x\n\temail = x@example.com\n[commit]\n\tgpgsign = true\n"
        f"[gpg]\n\tprogram = false\n[core]\n\thooksPath = {refusing.parent}\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    load("post_gen_project", tmp_path).main()
    log = subprocess.run(
        ["git", "log", "--format=%s"], cwd=project, capture_output=True, text=True, check=True
    )
    assert log.stdout == "Start my-app from its template\n"


def test_a_commit_that_git_rejects_gives_a_hint(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\nname = x\nemail = x@example.com\n[commit]\ncleanup = bogus\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    load("post_gen_project", tmp_path).main()
    assert "git couldn't commit: " in capsys.readouterr().out
