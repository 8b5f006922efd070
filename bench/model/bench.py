"""The instructions that a model's client adds to the start of an app.

Unlike seconds, instruction counts repeat to within a few in ten thousand.
"""

import os
import re
import subprocess
from pathlib import Path

from bench.results import Row, compared
from tests.projects import template

BACKEND = template() / "{{cookiecutter.project_slug}}" / "backend"

START = """
import asyncio, uvicorn
from app.main import create_app
app = create_app()
uvicorn.Config(app, ws="none").load()
async def start():
    async with app.router.lifespan_context(app) as state:
        {more}
asyncio.run(start())
"""
OPENAI = "from openai import AsyncOpenAI; AsyncOpenAI(api_key='x').chat.completions"
FIRST_QUESTION = "await state['model']._open()"
MODEL = {"MODEL_API_KEY": "x", "MODEL_NAME": "x"}

FLOOR = "the app without a model"

SUBJECTS: dict[str, tuple[str, dict[str, str], str]] = {
    FLOOR: ("floor", {}, "pass"),
    "the app with a model": ("model", MODEL, "pass"),
    "the same with the TLS context of the first question": ("tls", MODEL, FIRST_QUESTION),
    "the app without a model, with `AsyncOpenAI()`": ("openai", {}, OPENAI),
}
"""For each subject: its row's name, the settings, and the code that runs after the start."""


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
    """Count the instructions of a Python program on its second run."""
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


def measure(base: Path) -> list[Row]:
    """Count the instructions of each start."""
    python = install(base / "model")
    millions = {
        what: instructions(python, START.format(more=more), settings) / 1e6
        for what, (_, settings, more) in SUBJECTS.items()
    }
    floor = (FLOOR, [millions.pop(FLOOR)])
    rows = [
        compared(SUBJECTS[what][0], what, [count], floor, "million instructions")
        for what, count in millions.items()
    ]
    return [row.at_most(1.15) if row.name == "model" else row for row in rows]
