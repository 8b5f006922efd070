"""The numbers in README.md, which follow from the results."""

import json
from pathlib import Path

from bench.report import README, number, replaced
from bench.results import Results

PRICES = json.loads((Path(__file__).parent / "router" / "prices.json").read_text("utf-8"))
MEMORY, DISK = 1, 4
"""The GiB of memory and GB of disk of a `basic` container."""
DAYS = 30


def times(ratio: float) -> str:
    """Write how many times faster or less a ratio below 1 is."""
    factor = 1 / ratio
    return f"{factor:.{0 if factor > 10 else 1}f} times"


def monthly_cost(seconds_a_day: float) -> float:
    """Compute what a container costs in a month, in dollars, beyond what the plan includes.

    Args:
        seconds_a_day: How long the container is awake each day.
    """
    seconds = DAYS * seconds_a_day
    memory = max(0, MEMORY * seconds - PRICES["memory"]["included"])
    disk = max(0, DISK * seconds - PRICES["disk"]["included"])
    used: float = memory * PRICES["memory"]["GiB-second"] + disk * PRICES["disk"]["GB-second"]
    return used


def text(results: Results) -> str:
    """Write three numbers, and what a month costs."""
    start = results["start"].row("start-1/4").ratio or 0
    beyond_react = results["app"].row("beyond-react").value / 1024
    visits = results["router"].row("cost-0")
    month = monthly_cost(visits.value)
    total = PRICES["plan"] + month
    prices = f"[prices]({PRICES['source']}) of {PRICES['month']}"
    return "\n".join(
        [
            f"- The backend starts **{times(start)} faster** than with `fastapi run` in an image "
            "as FastAPI's documentation builds it, on 1/4 of a CPU.",
            f"- The page adds **{number(beyond_react)} KiB** of JavaScript to React's own (gzip).",
            "- With [one visit an hour](bench/router/cost.md), containers run "
            f"**{times(visits.ratio or 0)} less** than with `getRandom`, which Cloudflare's "
            "`Container` class offers (simulated).",
            "",
            f"On Cloudflare, a visit an hour costs **${total:.2f} a month** at the "
            f"{prices}: ${PRICES['plan']} for the Workers Paid plan and ${month:.2f} for a `basic` "
            "container.",
        ]
    )


def readme_with(page: str, results: Results) -> str:
    """Put the numbers into README.md; the other text stays."""
    return replaced(page, "numbers", text(results))


def write(results: Results) -> None:
    """Write README.md."""
    README.write_text(readme_with(README.read_text("utf-8"), results), "utf-8")
