"""Run benches, store their results, and write the pages and charts that show them.

python -m bench.run [NAME…]      # all benches, or some: make bench, make bench-NAME
python -m bench.run load         # an hour, and not part of all: make bench-load
python -m bench.run --quick      # only the quick parts, without storing results: make bench-quick
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
from bench.load import bench as load_of_a_day
from bench.model import bench as model
from bench.page import bench as page
from bench.results import Result, Row, load, save
from bench.router import bench as router
from bench.serving import bench as serving
from bench.simplification import bench as simplification
from bench.start import bench as start
from bench.wake import bench as wake

Measure = Callable[[Path], list[Row]]
"""Measures in a folder that all benches of a run share and that is removed afterward."""


@dataclass(frozen=True)
class Bench:
    """How to run a bench."""

    measure: Measure
    needs: tuple[str, ...] = ()
    """Programs from bench/tools.py."""
    quick: Measure | None = None
    """Measures only what is quick."""
    quick_needs: tuple[str, ...] = ()
    by_itself: bool = False
    """Whether it takes too long to run with the others."""


BENCHES = {
    "generation": Bench(generation.measure, quick=generation.quick),
    "app": Bench(app.measure, ("chromium", "docker"), app.quick),
    "development": Bench(development.measure, ("chromium",)),
    "page": Bench(page.measure, ("chromium",)),
    "start": Bench(start.measure, ("docker",)),
    "model": Bench(model.measure, ("docker",)),
    "router": Bench(router.measure, quick=router.quick),
    "cloudflare": Bench(cloudflare.measure, ("docker",)),
    "wake": Bench(wake.measure, ("chromium", "docker")),
    "images": Bench(images.measure, ("docker",), images.quick, ("docker",)),
    "serving": Bench(serving.measure, ("docker", "wrk")),
    "simplification": Bench(simplification.measure, ("docker",)),
    "load": Bench(load_of_a_day.measure, ("docker",), by_itself=True),
}
"""All benches, in the order they run."""


def together() -> set[str]:
    """Return the names of the benches that run together."""
    return {name for name, bench in BENCHES.items() if not bench.by_itself}


def say(text: str) -> None:
    """Print at once, because the programs that benches call print too."""
    print(text, flush=True)


def load_average() -> float:
    """Return the load average of the last minute; 0 on a system without one."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0


def attempt(name: str, measure: Measure, needs: tuple[str, ...], base: Path) -> Result | None:
    """Run a bench and print its results.

    Returns:
        The result; None if the bench failed or a program is missing, which is printed.
    """
    say(f"\n== {name}")
    if lacks := tools.missing(needs):
        say("\n".join(lacks))
        return None
    before, started = load_average(), time.monotonic()
    try:
        rows = measure(base)
    except Exception:  # the other benches still run
        say(traceback.format_exc())
        return None
    seconds = time.monotonic() - started
    say(report.terminal(rows) if rows else f"Nothing to measure yet: run make bench-{name} first.")
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
    """Run benches, and store each result at once.

    Returns:
        The names of the benches that failed.
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
    """Run the quick parts without storing results.

    Returns:
        The names of the benches that failed and of the rows that miss their bound.
    """
    failed = []
    for name, bench in BENCHES.items():
        if not bench.quick:
            continue
        result = attempt(name, bench.quick, bench.quick_needs, base)
        rows = result.rows if result else []
        failed += [f"{name}: {row.what}" for row in rows if row.is_within_bound() is False]
        failed += [] if result else [name]
    return failed


def show() -> None:
    """Write the pages and the charts from the stored results."""
    results = load()
    report.write(results)
    if results.keys() >= together():  # these show rows from several
        report.write_main_table(results)
        numbers.write(results)
        chart.write(results)


def bypass_proxy() -> None:
    """Reach servers on this machine directly, even if a proxy is set."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join([os.environ.get(name, ""), "127.0.0.1,localhost,::1"]).strip(
            ","
        )


def main(arguments: list[str]) -> None:
    """Run the benches that the arguments name."""
    bypass_proxy()
    if arguments == ["--show"]:
        show()
        return
    is_quick = arguments == ["--quick"]
    unknown = [] if is_quick else [name for name in arguments if name not in BENCHES]
    if unknown:
        sys.exit(f"Unknown bench: {unknown[0]}. Choose from {', '.join(BENCHES)}.")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        failed = (
            run_quick(base)
            if is_quick
            else run(arguments or [name for name in BENCHES if name in together()], base)
        )
    say(f"\n{(time.monotonic() - started) / 60:.1f} minutes")
    if failed:
        sys.exit("\n".join(["These benches failed or missed a bound:", *failed]))


if __name__ == "__main__":
    main(sys.argv[1:])
