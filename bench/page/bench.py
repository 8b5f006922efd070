"""The page's main thread while answers of 10,000 tokens stream, with and without Markdown."""

import json
import subprocess
from pathlib import Path

from bench.results import Row, compared, measured
from tests.projects import shared

TASKS = Path(__file__).parent / "tasks.ts"
PLAIN = "a mixed answer as plain text"


def measure(base: Path) -> list[Row]:
    """Stream one answer of each kind as Markdown, and one as plain text."""
    command = ["bun", str(TASKS), str(shared(base, "monolith"))]
    found = json.loads(subprocess.check_output(command, text=True))
    rows = []
    peer = (PLAIN, [found.pop("plain")["cpuPerToken"]])
    for name, markdown in found.items():
        key = name.split()[-1]
        cpu, most = f"{name}: CPU per token", f"{name}: longest main-thread task, CPU"
        long = f"{name}: tasks longer than 50 ms, wall time"
        rows += [
            compared(f"{key}-cpu", cpu, [markdown["cpuPerToken"]], peer, "ms"),
            measured(f"{key}-most", most, [markdown["most"]], "ms").at_most(50),
            measured(f"{key}-long", long, [markdown["longByClock"]]),
        ]
    return rows
