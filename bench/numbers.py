"""The numbers in README.md, which follow from the results."""

from bench.report import README, number, replaced
from bench.results import Results
from bench.router import prices

DAYS = 30


def times(ratio: float) -> str:
    """Write how many times faster or less a ratio below 1 is."""
    factor = 1 / ratio
    return f"{factor:.{0 if factor > 10 else 1}f} times"


def text(results: Results) -> str:
    """Write three numbers, and what a month costs."""
    start = results["start"].row("start-1/4").ratio or 0
    beyond_react = results["app"].row("beyond-react").value / 1024
    visits = results["router"].row("cost-0")
    month = prices.monthly_cost(DAYS * visits.value)
    published = f"[prices]({prices.SOURCE}) of {prices.MONTH}"
    return "\n".join(
        [
            f"- The backend starts **{times(start)} faster** than with `fastapi run` in an image "
            "as FastAPI's documentation builds it, on 1/4 of a CPU.",
            f"- The page adds **{number(beyond_react)} KiB** of JavaScript to React's own (gzip).",
            "- With [one visit an hour](bench/router/cost.md), containers run "
            f"**{times(visits.ratio or 0)} less** than with `getRandom`, which Cloudflare's "
            "`Container` class offers (simulated).",
            "",
            f"On Cloudflare, a visit an hour costs **${prices.PLAN + month:.2f} a month** at the "
            f"{published}: ${prices.PLAN} for the Workers Paid plan and ${month:.2f} for a `basic` "
            "container.",
        ]
    )


def readme_with(page: str, results: Results) -> str:
    """Put the numbers into README.md; the other text stays."""
    return replaced(page, "numbers", text(results))


def write(results: Results) -> None:
    """Write README.md."""
    README.write_text(readme_with(README.read_text("utf-8"), results), "utf-8")
