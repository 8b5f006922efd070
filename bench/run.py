"""Run benches, keep their results, and write the pages and charts that show them.

python -m bench.run [NAME…]      # all benches, or some: make bench, make bench-NAME
python -m bench.run --quick      # what needs little time, printed only: make bench-quick
"""

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import chart, numbers, report, tools
from bench.app import bench as app
from bench.cloudflare import bench as cloudflare
from bench.development import bench as development
from bench.generation import bench as generation
from bench.images import bench as images
from bench.model import bench as model
from bench.page import bench as page
from bench.results import Result, Row, load, save
from bench.router import bench as router
from bench.serving import bench as serving
from bench.start import bench as start
from bench.wake import bench as wake

Measure = Callable[[Path], list[Row]]
"""Measures, given a folder that all benches of a run share, and which is removed afterwards."""


@dataclass(frozen=True)
class Bench:
    """How to run a bench."""

    measure: Measure
    needs: tuple[str, ...] = ()
    """Programs of bench/tools.py."""
    quick: Measure | None = None
    """Measures what needs little time."""
    quick_needs: tuple[str, ...] = ()


BENCHES = {
    "generation": Bench(generation.measure, quick=generation.quick),
    "app": Bench(app.measure, ("chromium", "docker"), app.quick),
    "development": Bench(development.measure, ("chromium",)),
    "page": Bench(page.measure, ("chromium",)),
    "start": Bench(start.measure, ("docker",)),
    "model": Bench(model.measure, ("valgrind",)),
    "router": Bench(router.measure, quick=router.quick),
    "cloudflare": Bench(cloudflare.measure, ("docker",)),
    "wake": Bench(wake.measure, ("chromium", "docker")),
    "images": Bench(images.measure, ("docker",), images.quick, ("docker",)),
    "serving": Bench(serving.measure, ("docker", "wrk")),
}
"""All benches, in the order in which they run."""


def say(text: str) -> None:
    """Print at once, since what benches call prints too."""
    print(text, flush=True)


def load_average() -> float:
    """Give back how many processes wanted a core, over a minute; 0 where the system cannot tell."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0


def attempt(name: str, measure: Measure, needs: tuple[str, ...], base: Path) -> Result | None:
    """Run a bench and print what it measured.

    Returns:
        The result; None if the bench failed or a program is missing, which it has said.
    """
    say(f"\n== {name}")
    if lacks := tools.missing(needs):
        say("\n".join(lacks))
        return None
    before, started = load_average(), time.monotonic()
    try:
        rows = measure(base)
    except Exception:  # whatever it is, the other benches still run
        say(traceback.format_exc())
        return None
    seconds = time.monotonic() - started
    say(
        report.terminal(rows) if rows else f"Nothing yet: make bench-{name} makes what is measured."
    )
    say(f"{seconds:.0f} s")
    return Result(
        date=datetime.now(UTC).date().isoformat(),
        seconds=round(seconds, 1),
        cores=os.cpu_count() or 1,
        load=round(before, 2),
        versions=tools.versions(),
        rows=rows,
    )


def run(names: list[str], base: Path) -> list[str]:
    """Run benches; each result is kept as soon as it is there.

    Returns:
        The names of those that gave none.
    """
    failed = []
    for name in names:
        bench = BENCHES[name]
        result = attempt(name, bench.measure, bench.needs, base)
        if result:
            results = load()
            results[name] = result
            save(results)
            show()
        else:
            failed.append(name)
    return failed


def run_quick(base: Path) -> list[str]:
    """Run what needs little time, and keep nothing.

    Returns:
        The names of those that gave no result, and of rows whose bound does not hold.
    """
    failed = []
    for name, bench in BENCHES.items():
        if not bench.quick:
            continue
        result = attempt(name, bench.quick, bench.quick_needs, base)
        rows = result.rows if result else []
        failed += [f"{name}: {row.what}" for row in rows if row.holds() is False]
        failed += [] if result else [name]
    return failed


def show() -> None:
    """Write the pages and the charts from the results that are kept."""
    results = load()
    report.write(results)
    if results.keys() == BENCHES.keys():  # README.md shows some of each
        numbers.write(results)
        chart.write(results)


def bypass_proxy() -> None:
    """Ask this machine's own servers directly, whatever proxy is set."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join([os.environ.get(name, ""), "127.0.0.1,localhost,::1"]).strip(
            ","
        )


def main(arguments: list[str]) -> None:
    """Run what the arguments name."""
    bypass_proxy()
    if arguments == ["--show"]:
        show()
        return
    is_quick = arguments == ["--quick"]
    unknown = [] if is_quick else [name for name in arguments if name not in BENCHES]
    if unknown:
        sys.exit(f"There is no bench {unknown[0]}: choose from {', '.join(BENCHES)}.")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        failed = run_quick(base) if is_quick else run(arguments or [*BENCHES], base)
    say(f"\n{(time.monotonic() - started) / 60:.1f} minutes")
    if failed:
        sys.exit("\n".join(["No result, or a bound that does not hold:", *failed]))


if __name__ == "__main__":
    main(sys.argv[1:])
