"""The time of generation, compared with a one-file template with two no-op hooks.

The templates take turns in a rotating order, as real processes in fresh folders. The folders are in
memory where the system has /dev/shm, because a disk's time depends on what happened there before.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.results import Row, compared
from tests.projects import environment, template

ROUNDS, QUICK_ROUNDS = 11, 3
FLOOR = "one file, two no-op hooks"
MEMORY = Path("/dev/shm")


def write_floor(folder: Path) -> Path:
    """Write the one-file template with two hooks that do nothing."""
    project = folder / "{{cookiecutter.project_slug}}"
    project.mkdir(parents=True)
    (folder / "hooks").mkdir()
    (folder / "cookiecutter.json").write_text('{"project_slug": "my-app"}')
    (project / "README.md").write_text("# {{ cookiecutter.project_slug }}\n")
    for hook in ("pre_gen_project", "post_gen_project"):
        (folder / "hooks" / f"{hook}.py").write_text("")
    return folder


def without_hooks(folder: Path) -> Path:
    """Copy this template with hooks that do nothing, to measure its files alone."""
    shutil.copytree(template(), folder, ignore=shutil.ignore_patterns(".git"))
    for hook in (folder / "hooks").iterdir():
        hook.write_text("")
    return folder


def generate(source: Path, output: Path, *answers: str) -> None:
    """Generate once.

    Args:
        source: The template.
        output: An empty folder.
        answers: Answers that differ from the defaults, as `key=value`.
    """
    command = [sys.executable, "-m", "cookiecutter", str(source), "--no-input", *answers]
    # the no-op hooks stay among the temporary files
    variables = environment() | {"TMPDIR": str(output)}
    subprocess.run(command, cwd=output, env=variables, check=True, capture_output=True)


def milliseconds(
    subjects: dict[str, Callable[[Path], None]], folder: Path, rounds: int
) -> dict[str, list[float]]:
    """Time each subject once in every round.

    The projects stay until the end: ext4 skips the inodes of files deleted within the last minute
    (`recently_deleted` in its ialloc.c), so each deletion would slow the next round.

    Args:
        subjects: What to run in an empty folder, by name.
        folder: Where to put the projects.
        rounds: The number of rounds.

    Returns:
        The times of each subject, round by round.
    """
    times: dict[str, list[float]] = {name: [] for name in subjects}
    names = list(subjects)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            output = Path(tempfile.mkdtemp(dir=folder))
            started = time.perf_counter()
            subjects[name](output)
            times[name].append((time.perf_counter() - started) * 1000)
    return times


def measure(base: Path, rounds: int = ROUNDS) -> list[Row]:
    """Time this template, and its files and hooks separately."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else base) as folder:
        return compare(Path(folder), rounds)


def compare(folder: Path, rounds: int) -> list[Row]:
    """Time each template, in turns."""
    floor = write_floor(folder / "floor")
    files = without_hooks(folder / "files")
    subjects: dict[str, Callable[[Path], None]] = {
        FLOOR: lambda output: generate(floor, output),
        "these files, two no-op hooks": lambda output: generate(files, output),
        "this template, without its first commit": lambda output: generate(
            template(), output, "initialize_git=false"
        ),
        "this template": lambda output: generate(template(), output),
    }
    times = milliseconds(subjects, folder, rounds)
    floor_times = (FLOOR, times.pop(FLOOR))
    names = ("files", "no-commit", "template")
    rows = [
        compared(name, what, found, floor_times, "ms")
        for name, (what, found) in zip(names, times.items(), strict=True)
    ]
    return [*rows[:-1], rows[-1].at_most(1.5)]


def quick(base: Path) -> list[Row]:
    """Time a few rounds."""
    return measure(base, QUICK_ROUNDS)
