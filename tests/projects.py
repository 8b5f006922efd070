"""Generated projects, each created once per test run, and commands inside them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock

from tools.generate import ROOT, config_file

LAYOUTS = ("cloudflare", "monolith", "both")
PREVIOUS = "a3eb0d8"
"""The last commit of the previous version of the template."""
NEEDS_POSIX = pytest.mark.skipif(
    os.name == "nt", reason="a shell script stands for a program, or git gets a path of POSIX"
)


IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "the authors"), ("EMAIL", "authors@example.invalid"))
}
"""The identity for commits, unless the environment sets one."""


@cache
def foreign_environment() -> Path:
    """Another virtual environment, which no command may use or change."""
    folder = Path(tempfile.mkdtemp(prefix="foreign-")) / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder


def environment() -> dict[str, str]:
    """The user's variables, plus another active Python environment and a proxy that is down."""
    active = {name: str(foreign_environment()) for name in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    return proxy | IDENTITY | os.environ | active | {"COOKIECUTTER_CONFIG": str(config_file())}


def run(folder: Path, *command: str, seconds: float = 600) -> subprocess.CompletedProcess[str]:
    """Run a command in a project, and capture its output.

    Raises:
        AssertionError: It failed. The message contains its output.
    """
    program = shutil.which(command[0]) or command[0]  # Windows doesn't find .cmd files by itself
    done = subprocess.run(
        [program, *command[1:]], cwd=folder, env=environment(), stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{' '.join(command)} in {folder.name}:\n{done.stdout[-8000:]}"
    return done


def attempt(
    folder: Path, *command: str, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, whether it succeeds or not; output and errors are kept apart."""
    given = environment() | dict(variables or {})
    return subprocess.run(
        command, cwd=folder, env=given, capture_output=True, text=True, check=False
    )


def copy_template(folder: Path) -> Path:
    """Copy this template's files, including uncommitted changes but not ignored files."""
    listed = run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z").stdout
    folder.mkdir(parents=True, exist_ok=True)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def commit(folder: Path) -> None:
    """Commit everything in a repository."""
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "--quiet", "-m", "Change")


def cruft(project: Path, *arguments: str) -> str:
    """Run cruft in a project, and return its output even if it fails."""
    done = attempt(project, sys.executable, "-m", "cruft", *arguments)
    return done.stdout + done.stderr


@cache
def template() -> Path:
    """The repository that this process generates from: a copy of this template, committed."""
    folder = copy_template(Path(tempfile.mkdtemp(prefix="template-")))
    run(folder, "git", "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


def template_of_its_own(folder: Path) -> Path:
    """Copy that repository into a folder, for a test that changes or moves it."""
    return shutil.copytree(template(), folder)


def generate(output: Path, **answers: str) -> Path:
    """Generate a project with a real `cookiecutter` process.

    Args:
        output: The folder in which to create the project's folder.
        answers: Answers that differ from the defaults.

    Returns:
        The project's folder.
    """
    output.mkdir(parents=True, exist_ok=True)
    given = [f"{key}={value}" for key, value in answers.items()]
    before = set(output.iterdir())
    command = [sys.executable, "-m", "cookiecutter", str(template()), "--no-input"]
    run(output, *command, *given)
    [project] = set(output.iterdir()) - before
    return project


def generate_from(template: Path, output: Path, **answers: str) -> Path:
    """Generate a project from a template that will change."""
    output.mkdir(exist_ok=True)
    given = [f"{key}={value}" for key, value in answers.items()]
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input"]
    run(output, *command, *given)
    [link] = output.glob("*/.cruft.json")
    return link.parent


def template_of(commit: str, folder: Path) -> Path:
    """Clone this template at a commit, or skip the test if this clone doesn't have it."""
    shown = subprocess.run(["git", "cat-file", "-e", commit], cwd=ROOT, check=False)
    if shown.returncode:
        pytest.skip("this clone of the template has no history")
    run(ROOT, "git", "clone", "--quiet", str(ROOT), str(folder))
    run(folder, "git", "checkout", "--quiet", "-B", "main", commit)
    return folder


def become_current(template: Path) -> None:
    """Commit this template as it is now on top of an older one."""
    run(template, "git", "rm", "-r", "--quiet", ".")
    copy_template(template)
    commit(template)


def shared(base: Path, deployment: str) -> Path:
    """Generate and install the project of a layout, once per test run.

    Args:
        base: A folder that all processes of the test run share.
        deployment: The layout.

    Returns:
        The folder of the project, with all packages installed. Don't change it.
    """
    output = base / deployment
    with FileLock(base / f"{deployment}.lock"):
        if not (output / "done").exists():
            project = generate(output / "my app's ü", deployment=deployment)
            run(project, "bun", "install", "--frozen-lockfile")
            run(project, "bun", "run", "--cwd", "backend", "setup")
            (output / "done").write_text(project.name)
    return output / "my app's ü" / (output / "done").read_text()
