"""What the router costs, in a simulation: messages per request, and how long containers run."""

import json
import subprocess
from pathlib import Path
from typing import Any

from bench.report import lines, replaced
from bench.results import Row, compared, measured
from bench.router.prices import SECOND

HERE = Path(__file__).parent
PEERS = {"getRandom": "`getRandom`", "firstFit": "first fit"}
BOUNDS = {"a visit an hour": 0.23, "and 500 scanners": 0.1}
"""Bounds of the ratio to `getRandom`, by the kind of traffic."""
CHARTED = {(3, 10, "50%"), (10, 10, "50%"), (100, 200, "10%"), (100, 200, "50%"), (3, 10, "95%")}
"""The sizes and loads that the page with all results shows."""
COLUMNS = ["messages", "p99", "most", "overfilled", "awake", "fewest", "failed"]
TITLES = {
    "sizes": "Sizes and loads",
    "conditions": "Conditions, at 50% load",
    "changes": "Changes of load",
    "light": "Light load",
}

Case = dict[str, Any]
"""A simulated case: its table, its conditions, and the measurement."""


def simulate(script: str, *arguments: str) -> list[Case]:
    """Run a script of this folder, and return what it prints."""
    printed = subprocess.check_output(["bun", str(HERE / script), *arguments], text=True)
    cases: list[Case] = json.loads(printed)
    return cases


def most_messages(case: Case) -> tuple[float, int]:
    """Return the bounds of a case's messages per request: on average and at the 99th percentile."""
    if case["conditions"].get("load") in ("95%", "110%"):
        return 2.8, 6
    return (1.9, 6) if case["conditions"].get("change") == "rises to 80%" else (1.3, 4)


def problems(case: Case) -> list[str]:
    """Name the bounds that a case exceeds."""
    found, (mean, p99) = case["measured"], most_messages(case)
    fewest = "fewestAtPeak" if case["table"] == "changes" else "fewest"
    overfilled = 1 if case["conditions"].get("load") in ("95%", "110%") else 0.015
    bounds = {
        "messages": found["messages"]["mean"] <= mean,
        "p99": found["messages"]["p99"] <= p99,
        "most": found["messages"]["most"] <= 6,
        "overfilled": found["overfilled"] <= overfilled,
        "awake": found["awake"] <= 1.3 * found[fewest] + 2,
        "failed": found["failed"] == 0,
    }
    return [name for name, holds in bounds.items() if not holds]


def row(case: Case) -> list[str]:
    """Write a case as a row of a table. Bold cells exceed their bounds."""
    found, exceeded = case["measured"], problems(case)
    cells = {
        "messages": f"{found['messages']['mean']:.2f}",
        "p99": str(found["messages"]["p99"]),
        "most": str(found["messages"]["most"]),
        "overfilled": f"{found['overfilled']:.2%}",
        "awake": f"{found['awake']:.1f}",
        "fewest": str(found["fewest"]),
        "failed": str(found["failed"]),
    }
    conditions = [str(value) for value in case["conditions"].values()]
    return conditions + [
        f"**{cells[name]}**" if name in exceeded else cells[name] for name in COLUMNS
    ]


def scaling_tables(cases: list[Case]) -> str:
    """Write all cases as tables in Markdown."""
    text = []
    for table, title in TITLES.items():
        of_table = [case for case in cases if case["table"] == table]
        headings = [*of_table[0]["conditions"], *COLUMNS]
        text += [f"## {title}", "", *lines([headings, *map(row, of_table)]), ""]
    return "\n".join(text)


def cost_table(traces: list[Case]) -> str:
    """Write what each kind of traffic costs as a table in Markdown."""
    headings = ["trace", "", "container-seconds", "ratio", "dollars", "messages"]
    rows = []
    for trace in traces:
        for key, name in {"ours": "this template", **PEERS}.items():
            seconds = trace[key]
            ratio, dollars = seconds / trace["getRandom"], seconds * SECOND
            messages = trace["messages"].get(key, 1)
            cells = [f"{seconds:,.0f}", f"{ratio:.2f}", f"${dollars:.2f}", f"{messages:.2f}"]
            rows.append([trace["name"] if key == "ours" else "", name, *cells])
    return "\n".join(lines([headings, *rows]))


def messages(cases: list[Case]) -> list[Row]:
    """Compare the messages per request with the one that each request needs."""
    rows = []
    for case in cases:
        size = tuple(case["conditions"].values())
        if size not in CHARTED:
            continue
        found, (mean, p99) = case["measured"]["messages"], most_messages(case)
        instances, isolates, load = size
        name = f"{instances}-{isolates}-{load.rstrip('%')}"
        what = f"messages, {instances} instances, {isolates} isolates, load {load}"
        one = ("one message", [1])
        rows += [
            compared(f"mean-{name}", f"{what}: mean", [found["mean"]], one).at_most(mean),
            measured(f"p99-{name}", f"{what}: p99", [found["p99"]]).at_most(p99),
        ]
    return rows


def cost(traces: list[Case]) -> list[Row]:
    """Compare how long containers run for each kind of traffic."""
    rows = []
    for number, trace in enumerate(traces):
        name, peer = trace["name"], (PEERS["getRandom"], [trace["getRandom"]])
        row = compared(f"cost-{number}", f"container-seconds, {name}", [trace["ours"]], peer, "s")
        rows.append(row.at_most(BOUNDS[name]) if name in BOUNDS else row)
    return rows


def write_page(name: str, text: str) -> None:
    """Replace the generated part of a page in this folder."""
    page = HERE / f"{name}.md"
    page.write_text(replaced(page.read_text("utf-8"), name, text.strip()), "utf-8")


def measure(base: Path) -> list[Row]:
    """Simulate everything, and write cost.md, scaling.md, and the chart that apps get."""
    traces, cases = simulate("cost.ts"), simulate("scaling.ts")
    write_page("cost", cost_table(traces[:-1]))
    write_page("scaling", scaling_tables(cases))
    return messages(cases) + cost(traces)


def quick(base: Path) -> list[Row]:
    """Simulate a few cases."""
    return messages(simulate("scaling.ts", "--quick"))
