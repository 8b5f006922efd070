"""The page: its size, the time until an answer begins, and its Lighthouse scores."""

import json
import subprocess
from pathlib import Path
from typing import Any

from bench.results import Row, compared, measured
from bench.servers import image_with_page, worker_with_page
from tests.projects import shared

HERE = Path(__file__).parent
ROUNDS = 15
LIGHTHOUSE_RUNS = 3
REACT = "React and react-dom alone"


def bun(script: str, *arguments: str) -> Any:  # noqa: ANN401
    """Run a script from this folder, and parse the JSON that it prints."""
    command = ["bun", str(HERE / script), *arguments]
    return json.loads(subprocess.check_output(command, text=True))


def weigh(project: Path) -> list[Row]:
    """Compare the size of the JavaScript and CSS on first load."""
    weight = bun("weight.ts", str(project))
    script, floor = weight["script"], weight["floor"]
    react = (REACT, [floor])
    return [
        compared("script", "JavaScript on first load, gzip", [script], react, "B"),
        measured("beyond-react", "JavaScript beyond React, gzip", [script - floor], "B").at_most(
            4096
        ),
        measured("css", "CSS, gzip", [weight["css"]], "B").at_most(6144),
    ]


def lighthouse(server: str, url: str) -> list[Row]:
    """Run Lighthouse on a server's page."""
    scores: dict[str, list[float]] = bun("lighthouse.ts", url, str(LIGHTHOUSE_RUNS))
    return [
        measured(
            f"lighthouse-{server}-{name}", f"Lighthouse 13.5.0, {server}, {name}", values
        ).at_least(98 if name == "performance" else 100)
        for name, values in scores.items()
    ]


def first_text(name: str, which: str, times: dict[str, list[float]]) -> Row:
    """Compare the time from Send to the first text with a page that does nothing else."""
    what = f"from Send to the first text, {which}, image"
    bare = ("a page that only fetches and appends", times["bare"])
    return compared(name, what, times["app"], bare, "ms")


def measure(base: Path) -> list[Row]:
    """Measure the page's files, then the page in the image and behind the Worker."""
    monolith, cloudflare = shared(base, "monolith"), shared(base, "cloudflare")
    rows = weigh(monolith)
    with image_with_page(monolith) as url:
        asked = bun("first-text.ts", str(monolith), url, str(ROUNDS))
        floor = ("a page with one script", [2])
        rows += [
            compared("requests", "requests on first load", [asked["requests"]], floor),
            first_text("first-text", "first question", asked["times"]),
            first_text("first-text-again", "second question", asked["again"]),
            *lighthouse("image", url),
        ]
    with worker_with_page(cloudflare, base / "app", MAX_INSTANCES=1) as preview:
        rows += lighthouse("Worker", preview.url)
    return rows


def quick(base: Path) -> list[Row]:
    """Measure only the page's files."""
    return weigh(shared(base, "monolith"))
