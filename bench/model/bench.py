"""What a model's client costs on the image's Python, compared with the `openai` package.

Starts are counted in instructions, which repeat to a few in ten thousand.
"""

import re
from pathlib import Path

from bench.results import Row, compared
from tests.projects import shared
from tests.real.docker import docker
from tests.real.start.image import build_image

HERE = Path(__file__).parent
IMAGE = "bench-model"
ROUNDS = 5

START = """
from app.server.lazy_imports import IMPORTERS, allow_lazy_imports
{before}
allow_lazy_imports()
import asyncio, uvicorn
from app.main import create_app
app = create_app()
uvicorn.Config(app, ws="none").load()
async def start():
    async with app.router.lifespan_context(app) as state:
        {more}
asyncio.run(start())
print(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")))
"""
OPENAI = "from openai import AsyncOpenAI; AsyncOpenAI(api_key='x').chat.completions"
FIRST_QUESTION = "await state['model']._open()"
LAZY = "IMPORTERS.add('openai')"

FLOOR = "the app without a model"
CLIENT = "the built-in client"

SUBJECTS: dict[str, tuple[str, bool, str, str]] = {
    FLOOR: ("floor", False, "", "pass"),
    "the app with a model": ("model", True, "", "pass"),
    "the same with the TLS context of the first question": ("tls", True, "", FIRST_QUESTION),
    "the app without a model, with `AsyncOpenAI()`": ("openai", False, "", OPENAI),
    "the same with lazy imports inside `openai`": ("openai-lazy", False, LAZY, OPENAI),
}
"""What starts: its row's name, whether there is a model, the code before the imports, and the code
that runs after the start."""


def run(*command: str, model: bool = False) -> str:
    """Run a command in the image, and return what it printed."""
    settings = {"BACKEND_PORT": "30001", "PYTHONHASHSEED": "0"}
    if model:
        settings |= {"MODEL_API_KEY": "x", "MODEL_NAME": "x"}
    variables = [f"--env={name}={value}" for name, value in settings.items()]
    return docker("run", "--rm", *variables, IMAGE, *command)


def number(pattern: str, text: str) -> float:
    """Read a number from what a program printed.

    Raises:
        ValueError: It is not there.
    """
    found = re.search(pattern, text)
    if not found:
        raise ValueError(text)
    return float(found[1].replace(",", ""))


def start(what: str) -> tuple[float, float]:
    """Return the millions of instructions of a start, and the MiB it takes."""
    _, model, before, more = SUBJECTS[what]
    code = START.format(before=before, more=more)
    valgrind = (
        "valgrind",
        "--tool=cachegrind",
        "--cache-sim=no",
        "--cachegrind-out-file=/dev/null",
    )
    counted = run(*valgrind, "python", "-c", code, model=model)
    memory = run("python", "-c", code, model=model)
    return number(r"I\s+refs:\s+([\d,]+)", counted) / 1e6, number(r"VmRSS:\s+(\d+)", memory) / 1024


def chunk_row() -> Row:
    """Compare the CPU time of a chunk; the clients take turns."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        for client, values in (("built-in", ours), ("openai", theirs)):
            values.append(float(run("python", "/opt/bench/chunks.py", client)))
    what = "CPU time of a chunk, read with `openai`"
    return compared("chunk", what, theirs, (CLIENT, ours), "µs")


def measure(base: Path) -> list[Row]:
    """Compare the starts, then the chunks."""
    image = build_image(shared(base, "cloudflare"), f"{IMAGE}-app")
    docker("build", "--quiet", "--tag", IMAGE, "--build-arg", f"IMAGE={image}", str(HERE))
    starts = {what: start(what) for what in SUBJECTS}
    instructions, memory = starts.pop(FLOOR)
    rows = [
        compared(SUBJECTS[what][0], what, [count], (FLOOR, [instructions]), "million instructions")
        for what, (count, _) in starts.items()
    ]
    openai = next(taken for what, (_, taken) in starts.items() if SUBJECTS[what][0] == "openai")
    return [
        *(row.at_most(1.15) if row.name == "model" else row for row in rows),
        compared("memory", "memory with `AsyncOpenAI()`", [openai], (FLOOR, [memory]), "MiB"),
        chunk_row(),
    ]
