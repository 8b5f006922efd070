"""What simplification brought: this template compared with the commit before it began.

Both are measured in the same run, except for the messages, which come from stored results.
"""

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.app.bench import bun
from bench.generation.bench import MEMORY, generate, milliseconds
from bench.results import Row, compared, load
from tests.bake.test_size import DOCUMENTS, GENERATED, TESTS
from tests.check.test_frontend import PACKAGES
from tests.check.test_frontend import TESTS as FRONTEND_TESTS
from tests.projects import PREVIOUS, attempt, run, template
from tests.real.start.image import build_image, count
from tools.generate import ROOT

ROUNDS = 7
CONFORMANCE = "markdown.conformance.test.tsx"
WHAT = {
    "code": ("lines of code", ""),
    "tests": ("lines of tests", ""),
    "files": ("files that are not documents", ""),
    "beyond-react": ("JavaScript beyond React on first load, gzip", "B"),
    "largest": ("largest JavaScript file that loads later, gzip", "B"),
    "all": ("all JavaScript, gzip", "B"),
    "start": ("instructions to the first response", "million"),
    "CommonMark": ("examples of CommonMark that the page renders as specified, of 580", ""),
    "GitHub": ("examples of GitHub's Markdown that the page renders as specified, of 48", ""),
}
"""The names of the rows, with what they measure and its unit."""
STATES = ("3-10-50", "100-200-50", "3-10-95")
"""Instances, isolates, and percent of load."""


def checked_out(folder: Path) -> Path:
    """Clone this template at the commit before."""
    run(ROOT, "git", "clone", "--quiet", str(ROOT), str(folder))
    run(folder, "git", "checkout", "--quiet", "-B", "main", PREVIOUS)
    return folder


def size(project: Path) -> dict[str, float]:
    """Count the files that an owner gets, except documents and generated ones, and their lines."""
    names = run(project, "git", "ls-files", "-z").stdout.split("\0")
    own = [name for name in names if name and not GENERATED.search(name)]
    own = [name for name in own if not DOCUMENTS.search(name) and name != ".cruft.json"]
    tests = [name for name in own if TESTS.search(name)]

    def lines(files: list[str]) -> int:
        return sum(len((project / name).read_bytes().splitlines()) for name in files)

    return {
        "code": lines([name for name in own if name not in tests]),
        "tests": lines(tests),
        "files": len(own),
    }


def weight(project: Path) -> dict[str, float]:
    """Return the bytes of the page's JavaScript, with each file compressed."""
    run(project, "bun", "install", "--frozen-lockfile")
    first = bun("weight.ts", str(project))
    files = bun("chunks.ts", str(project))
    return {
        "beyond-react": first["script"] - first["floor"],
        "largest": max(files["later"]),
        "all": sum(files["later"]) + first["script"],
    }


def conformance(project: Path, markdown: str) -> dict[str, float]:
    """Count the examples that the page renders as the specifications say.

    Args:
        project: The project, which this changes.
        markdown: The module of the component, from a folder in `src`.

    Raises:
        ValueError: The test printed no results.
    """
    frontend = project / "frontend"
    run(frontend, "bun", "add", "--dev", *PACKAGES)
    (frontend / "src/template").mkdir()
    test = (FRONTEND_TESTS / CONFORMANCE).read_text("utf-8")
    test = test.replace('"../markdown/Markdown"', f'"{markdown}"')
    (frontend / "src/template" / CONFORMANCE).write_text(test, "utf-8")
    found: dict[str, float] = {}
    for name in ("CommonMark", "GitHub"):
        only = (f"src/template/{CONFORMANCE}", "-t", name, "--silent=false")
        printed = attempt(frontend, "bun", "run", "test", *only, variables={"SHOW": "1"}).stdout
        examples = re.search(r"examples: (\d+)\b", printed)
        if not examples or f"of {examples[1]}" not in WHAT[name][0]:
            raise ValueError(printed)
        different = len(re.findall("differs: ", printed))
        found[name] = int(examples[1]) - different
    return found


def millions_of_instructions(project: Path, module: str) -> float:
    """Count the instructions of the backend's start, to its first response."""
    image = build_image(project, "bench-simplification")
    return count(image, "/api/health", "python", "-m", module) / 1e6


def generation(before: Path, folder: Path) -> tuple[list[float], list[float]]:
    """Time the generation with this template and with the one before, in turns."""
    subjects: dict[str, Callable[[Path], None]] = {
        "now": lambda output: generate(template(), output),
        "before": lambda output: generate(before, output),
    }
    times = milliseconds(subjects, folder, ROUNDS)
    return times["now"], times["before"]


def messages(before: Path) -> list[Row]:
    """Compare the messages per request that both simulations stored."""
    results = json.loads((before / "bench/results.json").read_text("utf-8"))
    stored = {row["name"]: row["value"] for row in results["router"]["rows"]}
    rows = []
    for state in STATES:
        instances, isolates, percent = state.split("-")
        what = f"messages per request, {instances} instances, {isolates} isolates, load {percent}%"
        now = load()["router"].row(f"mean-{state}").value
        rows.append(
            compared(f"messages-{state}", what, [now], ("before", [stored[f"mean-{state}"]]))
        )
    return rows


def measure(base: Path) -> list[Row]:
    """Measure both."""
    folder = base / "simplification"
    before = checked_out(folder / "template")
    found: list[dict[str, float]] = []
    for source, markdown, module in (
        (template(), "../markdown/Markdown", "app.server"),
        (before, "../Markdown", "app"),
    ):
        output = folder / module
        output.mkdir()
        generate(source, output)
        project = next(output.glob("*/package.json")).parent
        found.append(
            size(project)
            | weight(project)
            | {"start": millions_of_instructions(project, module)}
            | conformance(project, markdown)
        )
    now, then = found
    rows = [
        compared(name, what, [now[name]], ("before", [then[name]]), unit)
        for name, (what, unit) in WHAT.items()
    ]
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else base) as memory:
        ours, theirs = generation(before, Path(memory))
    return [
        *rows,
        compared("generation", "generation", ours, ("before", theirs), "ms"),
        *messages(before),
    ]
