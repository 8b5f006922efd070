"""What the client of a model adds to the start of an app, in instructions.

    python -m bench.model.bench > bench/model/results.md

Needs uv and valgrind. Instructions repeat to a few in ten thousand, where seconds do not.
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from tests.projects import template

BACKEND = template() / "{{cookiecutter.project_slug}}" / "backend"

START = """
import asyncio, uvicorn
from app.main import create_app
app = create_app()
uvicorn.Config(app, ws="none").load()
async def start():
    async with app.router.lifespan_context(app):
        {more}
asyncio.run(start())
"""
OPENAI = "from openai import AsyncOpenAI; AsyncOpenAI(api_key='x').chat.completions"
FIRST_QUESTION = "from app.model import get_model; await get_model()._open()"
MODEL = {"MODEL_API_KEY": "x", "MODEL_NAME": "x"}

BOUND = 1.15
WITH_MODEL = "the app with a model"

SUBJECTS: dict[str, tuple[dict[str, str], str]] = {
    "the app without a model": ({}, "pass"),
    WITH_MODEL: (MODEL, "pass"),
    "and the TLS context of its first question": (MODEL, FIRST_QUESTION),
    "the app without a model, and `AsyncOpenAI()`": ({}, OPENAI),
}


def install(folder: Path) -> Path:
    """Install the backend's packages and `openai`, with bytecode.

    Returns:
        The environment's Python.
    """
    python = folder / "venv" / "bin" / "python"
    requirements = ("-r", BACKEND / "requirements.txt", "openai")
    subprocess.run(["uv", "venv", "--quiet", folder / "venv"], check=True)
    subprocess.run(
        [
            "uv",
            "pip",
            "install",
            "--quiet",
            "--compile-bytecode",
            "--python",
            python,
            *requirements,
        ],
        check=True,
    )
    return python


def instructions(python: Path, code: str, settings: dict[str, str]) -> int:
    """Count the instructions of a Python program, the second time that it runs."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(BACKEND),
        **settings,
    }
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    subprocess.run([python, "-c", code], env=environment, check=True)
    done = subprocess.run(
        [*command, python, "-c", code],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if not found:
        raise ValueError(done.stderr)
    return int(found[1].replace(",", ""))


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        python = install(Path(folder))
        counts = {
            name: instructions(python, START.format(more=more), settings)
            for name, (settings, more) in SUBJECTS.items()
        }
    floor = next(iter(counts.values()))
    print("# The start of an app with a model, beside one without\n")
    print("Made by `make bench-model`: instructions, by cachegrind.\n")
    print("| what | millions | ratio | bound |\n| --- | --- | --- | --- |")
    for name, count in counts.items():
        bound = f"at most {BOUND}" if name == WITH_MODEL else ""
        print(f"| {name} | {count / 1e6:,.0f} | {count / floor:.3f} | {bound} |")


if __name__ == "__main__":
    main()
