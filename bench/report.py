"""The tables of results, for bench/README.md and the terminal."""

import re

from bench.results import Bound, Result, Results, Row
from tools.generate import ROOT

PAGE = ROOT / "bench" / "README.md"
README = ROOT / "README.md"
MAIN = (
    ("start", "start-1/4"),
    ("start", "uvicorn-1/4"),
    ("start", "instructions"),
    ("start", "stream"),
    ("app", "beyond-react"),
    ("page", "answer-most"),
    ("router", "mean-100-200-50"),
    ("router", "cost-0"),
    ("cloudflare", "cold"),
    ("serving", "worker-floor-p99"),
    ("serving", "env"),
    ("generation", "template"),
)
"""The benches and rows of the first table, at most twelve."""


def number(value: float) -> str:
    """Format a number with its significant digits."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def quantity(value: float | None, unit: str) -> str:
    """Format a number with its unit; empty if there is none."""
    return "" if value is None else f"{number(value)} {unit}".strip()


def bound_text(bound: Bound | None, unit: str) -> str:
    """Format a bound: a ratio as it is, a value with its unit."""
    if not bound:
        return ""
    return f"{bound.sense} {number(bound.limit)} {unit if bound.of == 'value' else ''}".strip()


def cells(row: Row) -> list[str]:
    """Format a row of the table."""
    baseline = f"{row.baseline}: {quantity(row.baseline_value, row.unit)}" if row.baseline else ""
    ratio = "" if row.ratio is None else number(row.ratio)
    spread = " to ".join(number(end) for end in row.spread) if row.spread else ""
    bound = bound_text(row.bound, row.unit)
    if row.is_within_bound() is False:
        bound = f"**{bound}, missed**"
    value = quantity(row.value, row.unit)
    return [row.what, value, baseline, ratio, spread, str(row.rounds), bound]


HEADINGS = ["what", "measured", "baseline", "ratio", "lowest to highest", "rounds", "bound"]


def lines(rows: list[list[str]]) -> list[str]:
    """Format a Markdown table whose first row has the headings."""
    headings, *others = rows
    table = [headings, ["---"] * len(headings), *others]
    return [f"| {' | '.join(row)} |" for row in table]


def section(name: str, result: Result) -> str:
    """Format the generated part of a bench's section: its command, conditions, and table."""
    tools = ", ".join(f"{tool} {version}" for tool, version in result.versions.items())
    conditions = (
        f"`make bench-{name}`, {result.seconds:.0f} s on {result.date}, {result.cores} cores, "
        f"load {result.load:.1f} before the run; {tools}."
    )
    return "\n".join([conditions, "", *lines([HEADINGS, *map(cells, result.rows)])])


def replaced(page: str, name: str, text: str) -> str:
    """Replace the text between two marks of a page.

    Raises:
        ValueError: The page doesn't have the marks.
    """
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = page.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"Add the lines {start.strip()} and {end} to the page.")
    return f"{before}{start}\n{text}\n\n{end}{after}"


def page_with(page: str, results: Results) -> str:
    """Put the results into the page of all benches; handwritten text stays."""
    for name, result in results.items():
        page = replaced(page, name, section(name, result))
    return page


def main_table(results: Results) -> str:
    """Format the first table of the page: the main results, with links to their sections."""
    rows = []
    for bench, name in MAIN:
        what, value, baseline, ratio, _, _, bound = cells(results[bench].row(name))
        rows.append([f"[{bench}](#{bench})", what, value, baseline, ratio, bound])
    return "\n".join(lines([["bench", "what", "measured", "baseline", "ratio", "bound"], *rows]))


def with_main_table(page: str, results: Results) -> str:
    """Put the main results into the page of all benches."""
    return replaced(page, "main", main_table(results))


def write(results: Results) -> None:
    """Write the sections of the page of all benches."""
    PAGE.write_text(page_with(PAGE.read_text("utf-8"), results), "utf-8")


def write_main_table(results: Results) -> None:
    """Write the first table of the page of all benches."""
    PAGE.write_text(with_main_table(PAGE.read_text("utf-8"), results), "utf-8")


def terminal(rows: list[Row]) -> str:
    """Format rows for a terminal, with whether each bound is met."""
    words = {True: "met", False: "MISSED", None: ""}
    table = []
    for row in rows:
        what, value, baseline, ratio, *_ = cells(row)
        bound = bound_text(row.bound, row.unit)
        is_met = words[row.is_within_bound()]
        table.append([re.sub("`", "", what), value, baseline, ratio, bound, is_met])
    widths = [max(len(row[column]) for row in table) for column in range(6)]
    aligned = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in table
    )
    return "\n".join(line.rstrip() for line in aligned)
