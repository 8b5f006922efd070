"""The recipes in a project's `docs/recipes/`, carried out exactly as they are written.

After a line that ends in a file's name, such as "`backend/app/answer.py`:", a block is that whole
file, a `diff` block is a change to it, and a block for `.env` is added to it. A block of `sh`
without a name holds commands, run in the project's folder; one that starts with `curl` is for the
running app.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.projects import environment, run

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
        ValueError: a block is neither a file's nor a command, so nothing would test it.
    """
    document = (project / "docs/recipes" / f"{name}.md").read_text()
    steps = []
    for block in BLOCK.finditer(document):
        named = re.search(r"`([^`]+)`:\n\n$", document[: block.start()])
        steps.append(Step(block["language"], named and named[1], block["text"]))
    untested = [step.text for step in steps if not step.file and step.language != "sh"]
    if untested or 2 * len(steps) != len(re.findall(r"^ *```", document, re.MULTILINE)):
        raise ValueError(f"{name}.md has a block that no test carries out: {untested}")
    return steps


def names(project: Path) -> list[str]:
    """List the recipes of a project."""
    return sorted(path.stem for path in project.glob("docs/recipes/*.md"))


def follow(project: Path, name: str, **variables: str) -> Path:
    """Carry a recipe out, except for its requests to the running app.

    Args:
        project: what to change.
        name: the recipe.
        variables: what the shell sets for the commands, such as the address of a server.

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
    run(project, "bun", "run", "doctor", "settings")  # .env holds nothing wrong or unknown
    return project


def change_files(project: Path, name: str) -> None:
    """Carry out a recipe's changes of files alone."""
    for step in read(project, name):
        if step.file:
            write(project / step.file, step)


def write(file: Path, step: Step) -> None:
    """Create or change a file as a step says."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = file.read_text() if file.exists() else ""
    if step.language == "diff":
        for before, after in hunks(step.text):
            assert text.count(before) == 1, f"{file} has this {text.count(before)} times:\n{before}"
            text = text.replace(before, after)
        file.write_text(text)
    else:
        file.write_text(text + step.text if file.name == ".env" else step.text)


def hunks(diff: str) -> Iterator[tuple[str, str]]:
    """Read a diff whose hunks are separated by `@@`.

    Yields:
        For each hunk the text to find and the text that replaces it.
    """
    for hunk in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] or line for line in lines if not line.startswith("+"))
        after = "".join(line[1:] or line for line in lines if not line.startswith("-"))
        if before != after:
            yield before, after


def ask(project: Path, name: str, url: str) -> list[str]:
    """Send a recipe's requests to a running app, in place of a dev server.

    Returns:
        What `curl` printed, for each block.
    """
    requests = [step.text for step in read(project, name) if step.is_request]
    assert requests
    return [
        subprocess.run(
            ["sh", "-euc", re.sub(r"http://localhost:\d+", url, request)],
            env=environment() | {"NO_PROXY": "*"}, capture_output=True, text=True, check=True,
        ).stdout
        for request in requests
    ]  # fmt: skip


def copy(project: Path, folder: Path) -> Path:
    """Copy an installed project, for a recipe that changes it. Installed packages are linked."""

    def copy_file(source: str, target: str) -> None:
        if "/node_modules/" in source or "/site-packages/" in source:
            os.link(source, target)
        else:
            shutil.copy2(source, target)

    return Path(shutil.copytree(project, folder / "app", symlinks=True, copy_function=copy_file))


def check_backend(project: Path, *tests: str) -> None:
    """Run the checks of a backend, and of the types and routes made from it.

    Args:
        project: the project.
        tests: options for pytest, to leave out what a recipe does not touch.
    """
    python = ("bun", "scripts/python.ts", "-m")
    run(project, *python, "ruff", "check")
    run(project, *python, "ruff", "format", "--check")
    run(project, *python, "mypy", "app", "tests")
    run(project, *python, "pytest", "-q", *tests)
    run(project, "bun", "scripts/doctor.ts", "types", "routes")
