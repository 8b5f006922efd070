"""How long generating takes, beside cookiecutter on a one-file template with two no-op hooks.

    make bench

Both run in turns, as real processes in fresh folders; the medians and their ratio are printed.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.projects import template

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
        rounds = [
            (seconds(floor), seconds(template(), "initialize_git=false"), seconds(template()))
            for _ in range(ROUNDS)
        ]
    least, plain, committed = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"one file, two no-op hooks      {least * 1000:4.0f} ms")
    print(f"this template                  {plain * 1000:4.0f} ms   {plain / least:.2f} x")
    print(f"... and git's first commit     {committed * 1000:4.0f} ms   {committed / least:.2f} x")
    print(f"medians of {ROUNDS} rounds")


if __name__ == "__main__":
    main()
