"""How long generating takes, beside cookiecutter on a one-file template with two no-op hooks.

    make bench-generation > bench/generation/results.md

All run in turns that rotate, as real processes in fresh folders; the medians of the times, and of
the ratios within each round, are printed. Set TMPDIR to choose the disk.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.projects import environment, template

ROUNDS = 15


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
    """Copy this template with hooks that do nothing: what its files alone take."""
    shutil.copytree(template(), folder, ignore=shutil.ignore_patterns(".git"))
    for hook in (folder / "hooks").iterdir():
        hook.write_text("")
    return folder


def generate(source: Path, output: Path, *answers: str) -> None:
    """Generate once.

    Args:
        source: the template.
        output: an empty folder.
        answers: those that differ from the defaults, as `key=value`.
    """
    command = [sys.executable, "-m", "cookiecutter", str(source), "--no-input", *answers]
    # the no-op hooks stay among the temporary files
    variables = environment() | {"TMPDIR": str(output)}
    subprocess.run(command, cwd=output, env=variables, check=True, capture_output=True)


def measure(subjects: dict[str, Callable[[Path], None]], folder: Path) -> list[dict[str, float]]:
    """Run each subject once in every round.

    The projects stay until the end: ext4 steps over the inodes of files deleted within the last
    minute (`recently_deleted` in its ialloc.c), so each would slow the next.

    Args:
        subjects: what to run, given an empty folder, by name.
        folder: where the projects go.

    Returns:
        For each round, the wall time of each subject in seconds.
    """
    rounds = []
    names = list(subjects)
    for number in range(ROUNDS):
        seconds = {}
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            output = Path(tempfile.mkdtemp(dir=folder))
            started = time.perf_counter()
            subjects[name](output)
            seconds[name] = time.perf_counter() - started
        rounds.append(seconds)
    return rounds


def main(folder: Path) -> None:
    """Measure in a folder, and print a table."""
    floor = write_floor(folder / "floor")
    files = without_hooks(folder / "files")
    base = "one file, two no-op hooks"
    subjects: dict[str, Callable[[Path], None]] = {
        base: lambda output: generate(floor, output),
        "these files, two no-op hooks": lambda output: generate(files, output),
        "this template, without its first commit": lambda output: generate(
            template(), output, "initialize_git=false"
        ),
        "this template, as it is": lambda output: generate(template(), output),
    }
    rounds = measure(subjects, folder)
    print("# Generating, beside an empty template\n")
    print(f"`make bench-generation`, {len(rounds)} rounds, {os.cpu_count()} cores; medians.\n")
    print("| what | ms | ratio | bound |\n| --- | --- | --- | --- |")
    for name in subjects:
        milliseconds = statistics.median(seconds[name] for seconds in rounds) * 1000
        ratio = statistics.median(seconds[name] / seconds[base] for seconds in rounds)
        bound = "≤ 1.5, < 1000 ms" if name.endswith("as it is") else ""
        print(f"| {name} | {milliseconds:.0f} | {ratio:.2f} | {bound} |")
