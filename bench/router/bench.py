"""What the router costs, simulated: messages for each request, and how long containers run."""

import json
import subprocess
from pathlib import Path
from typing import Any

from bench.report import replaced
from bench.results import Row, compared, measured

HERE = Path(__file__).parent
PEER = "`getRandom`"
BOUNDS = {"a visit an hour": 0.23, "and 500 scanners": 0.1}
"""Of the ratio to `getRandom`, by the kind of traffic."""


def bun(script: str, *arguments: str) -> str:
    """Run a script of this folder, and give back what it prints."""
    return subprocess.check_output(["bun", str(HERE / script), *arguments], text=True)


def messages(*arguments: str) -> list[Row]:
    """Compare the messages of a request with the one that it needs at least."""
    rows = []
    one = ("one message", [1])
    for state in json.loads(bun("messages.ts", *arguments)):
        instances, isolates = state["instances"], state["isolates"]
        percent = round(100 * state["load"])
        name = f"{instances}-{isolates}-{percent}"
        what = f"messages, {instances} instances, {isolates} isolates, load {percent} %"
        rows += [
            compared(f"mean-{name}", f"{what}: mean", [state["mean"]], one).at_most(1.3),
            measured(f"p99-{name}", f"{what}: p99", [state["p99"]]).at_most(4),
        ]
    return rows


def cost(found: list[dict[str, Any]]) -> list[Row]:
    """Compare how long containers run in a day of each kind of traffic."""
    rows = []
    for number, trace in enumerate(found):
        name, peer = trace["name"], (PEER, [trace["theirs"]])
        row = compared(f"cost-{number}", f"container-seconds, {name}", [trace["ours"]], peer, "s")
        rows.append(row.at_most(BOUNDS[name]) if name in BOUNDS else row)
    return rows


def write_page(name: str, text: str) -> None:
    """Put tables into a page of this folder; what people wrote stays."""
    page = HERE / f"{name}.md"
    page.write_text(replaced(page.read_text("utf-8"), name, text.strip()), "utf-8")


def measure(base: Path) -> list[Row]:
    """Simulate, and write the tables of cost.md and scaling.md and the chart that apps get."""
    found = json.loads(bun("cost.ts"))
    write_page("cost", found["table"])
    write_page("scaling", bun("scaling.ts"))
    return messages() + cost(found["results"])


def quick(base: Path) -> list[Row]:
    """Simulate a few states for a shorter time."""
    return messages("--quick")
