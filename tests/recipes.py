"""Follows the recipes in a project's `docs/recipes/` exactly as written.

After a line that ends with a file's name, such as "`backend/app/answer.py`:", a block is the whole
file, a `diff` block changes it, and a block for `.env` is appended. An `sh` block without a name
contains commands to run in the project's folder; if it starts with `curl`, it is for the running
app.
"""

import argparse
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from filelock import FileLock

from tests.projects import run

TOGETHER = ("your-data", "uploads", "your-stream")
"""Recipes that a test follows one after the other, in each layout."""

BLOCK = re.compile(r"^```(?P<language>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A code block of a recipe; `file` is what it creates or changes, if it has a name."""

    language: str
    file: str | None
    text: str

    @property
    def is_request(self) -> bool:
        """Whether the step is for the running app."""
        return self.text.startswith("curl ")


def read(project: Path, name: str) -> list[Step]:
    """Read a recipe's steps.

    Raises:
        ValueError: A block is neither a file nor a command, so nothing would test it.
    """
    document = (project / "docs/recipes" / f"{name}.md").read_text()
    steps = list(find_steps(document))
    untested = [step.text for step in steps if not step.file and step.language != "sh"]
    if untested or 2 * len(steps) != len(re.findall(r"^ *```", document, re.MULTILINE)):
        raise ValueError(f"{name}.md has a block that no test carries out: {untested}")
    return steps


def find_steps(document: str) -> Iterator[Step]:
    """Find the code blocks of a document."""
    for block in BLOCK.finditer(document):
        named = re.search(r"`([^`]+)`:\n\n$", document[: block.start()])
        yield Step(block["language"], named and named[1], block["text"])


def change_file(project: Path, document: str, file: str) -> None:
    """Carry out the one change of a file in a document that isn't a recipe."""
    [step] = [step for step in find_steps((project / document).read_text()) if step.file == file]
    write(project / file, step)


def added_packages(project: Path) -> set[str]:
    """List the Python packages that the recipes of a project add."""
    command = re.compile(r"^uv add --frozen --project backend (.+)$", re.MULTILINE)
    documents = (path.read_text() for path in project.glob("docs/recipes/*.md"))
    lines = [line for document in documents for line in command.findall(document)]
    return {package for line in lines for package in shlex.split(line)}


def names(project: Path) -> list[str]:
    """List the recipes of a project."""
    return sorted(path.stem for path in project.glob("docs/recipes/[!R]*.md"))


def follow(project: Path, name: str, **variables: str) -> Path:
    """Follow a recipe, except for its requests to the running app.

    Args:
        project: The project to change.
        name: The recipe.
        variables: Variables for the commands, such as the address of a server.

    Returns:
        The project.
    """
    shell = ("env", *(f"{key}={value}" for key, value in variables.items()), "sh", "-euc")
    for step in read(project, name):
        if step.file:
            write(project / step.file, step)
        elif not step.is_request:
            run(project, *shell, step.text)
    run(project, "bun", "run", "--cwd", "backend", "setup")
    run(project, "bun", "run", "doctor", "settings")  # .env contains nothing invalid or unknown
    return project


def shared(base: Path, project: Path, name: str) -> Path:
    """Copy a project and follow a recipe, once per test run.

    Args:
        base: A folder that all processes of the test run share.
        project: An installed project.
        name: The recipe.

    Returns:
        The copy. Don't change it.
    """
    folder = base / f"after {name}"
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            follow(copy(project, folder), name)
            (folder / "done").touch()
    return folder / "app"


def change_files(project: Path, name: str) -> None:
    """Apply only a recipe's changes to files."""
    for step in read(project, name):
        if step.file:
            write(project / step.file, step)


def write(file: Path, step: Step) -> None:
    """Create or change a step's file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(changed(file.read_text() if file.exists() else "", step))


def changed(text: str, step: Step) -> str:
    """Return what a step makes of its file.

    Raises:
        AssertionError: The text doesn't have the lines that a diff changes exactly once.
    """
    if step.language != "diff":
        return text + step.text if step.file == ".env" else step.text
    text = f"\n{text}"  # so that every line has a line break before it
    for before, after in hunks(step.text):
        count = text.count(f"\n{before}")
        assert count == 1, f"{step.file} has this {count} times:\n{before}"
        text = text.replace(f"\n{before}", f"\n{after}")
    return text.removeprefix("\n")


def hunks(diff: str) -> Iterator[tuple[str, str]]:
    """Read a diff whose hunks are separated by `@@`.

    Yields:
        For each hunk, the text to find and its replacement.
    """
    for hunk in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] or line for line in lines if not line.startswith("+"))
        after = "".join(line[1:] or line for line in lines if not line.startswith("-"))
        if before != after:
            yield before, after


def ask(project: Path, name: str, url: str) -> list[str]:
    """Send a recipe's requests to a running app instead of a dev server.

    Returns:
        The body of each response.
    """
    requests = [step.text for step in read(project, name) if step.is_request]
    assert requests
    return [curl(re.sub(r"http://localhost:\d+", url, request)) for request in requests]


def curl(command: str) -> str:
    """Send a request as `curl` would, because not every machine has `curl`."""
    options = argparse.ArgumentParser()
    options.add_argument("--silent", action="store_true", required=True)
    options.add_argument("--fail", action="store_true")
    options.add_argument("--json")
    options.add_argument("--data")
    options.add_argument("--request")
    options.add_argument("--header", action="append", default=[])
    options.add_argument("url")
    given = options.parse_args(shlex.split(command)[1:])
    headers = dict(header.split(": ", 1) for header in given.header)
    if given.json:
        headers["Content-Type"] = "application/json"
    body = given.json or given.data
    method = given.request or ("POST" if body else "GET")
    with httpx.Client(trust_env=False, timeout=60) as client:
        response = client.request(method, given.url, content=body, headers=headers)
    if given.fail:
        response.raise_for_status()
    return response.text


def copy(project: Path, folder: Path) -> Path:
    """Copy an installed project for a recipe that changes it. Installed packages are linked."""

    def copy_file(source: str, target: str) -> None:
        if "/node_modules/" in source or "/site-packages/" in source:
            os.link(source, target)
        else:
            shutil.copy2(source, target)

    return Path(shutil.copytree(project, folder / "app", symlinks=True, copy_function=copy_file))


def check_backend(project: Path) -> None:
    """Run all checks of a backend, and of the types and routes generated from it."""
    python = ("bun", "scripts/python.ts", "-m")
    run(project, *python, "ruff", "check")
    run(project, *python, "ruff", "format", "--check")
    run(project, *python, "mypy", "app", "tests")
    run(project, *python, "pytest", "-q")
    run(project, "bun", "scripts/doctor.ts", "types", "routes")
