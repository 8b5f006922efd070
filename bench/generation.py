"""How long generating takes, beside cookiecutter on a one-file template with two no-op hooks.

    make bench

They run in turns, as real processes in fresh folders; the medians of the times, and of the ratios
within each round, are printed.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.projects import template

ROUNDS = 25


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


def seconds(source: Path, *answers: str) -> float:
    """Generate once.

    Args:
        source: the template.
        answers: those that differ from the defaults, as `key=value`.

    Returns:
        The wall time of the whole process.
    """
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-m", "cookiecutter", str(source), "--no-input"]
        started = time.perf_counter()
        subprocess.run(
            [*command, "--default-config", *answers], cwd=output, check=True, capture_output=True
        )
        return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        floor = write_floor(Path(folder) / "floor")
        files = without_hooks(Path(folder) / "files")
        rounds = [
            (
                seconds(floor),
                seconds(files),
                seconds(template(), "initialize_git=false"),
                seconds(template()),
            )
            for _ in range(ROUNDS)
        ]
    names = (
        "one file, two no-op hooks",
        "the files, two no-op hooks",
        "this template",
        "... and git's first commit",
    )
    for name, times in zip(names, zip(*rounds, strict=True), strict=True):
        ratios = [time / least for time, (least, *_) in zip(times, rounds, strict=True)]
        milliseconds = statistics.median(times) * 1000
        print(f"{name:30} {milliseconds:4.0f} ms   {statistics.median(ratios):.2f} x")
    print(f"medians of {ROUNDS} rounds")


if __name__ == "__main__":
    main()
