"""The results of a bench, and the file that stores them."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

RESULTS = Path(__file__).parent / "results.json"
Quantity = Literal["ratio", "value"]


@dataclass(frozen=True)
class Bound:
    """A limit for a ratio or a value."""

    sense: Literal["≤", "≥"]
    limit: float
    of: Quantity


@dataclass(frozen=True)
class Row:
    """One measurement and its baseline."""

    name: str
    """The name by which charts and README.md refer to the row; unique within its bench."""
    what: str
    """What was measured, as the table says it."""
    value: float
    """The median of the rounds."""
    unit: str = ""
    baseline: str = ""
    """The floor or the peer that the value is compared with."""
    baseline_value: float | None = None
    ratio: float | None = None
    """The median of each round's ratio."""
    spread: tuple[float, float] | None = None
    """The lowest and the highest round: of the ratio if there is one, otherwise of the value."""
    bound: Bound | None = None
    rounds: int = 1

    def at_most(self, limit: float, of: Quantity | None = None) -> Self:
        """Set a bound, by default of the ratio if there is one."""
        return replace(self, bound=Bound("≤", limit, of or self.main_quantity()))

    def at_least(self, limit: float, of: Quantity | None = None) -> Self:
        """Set a bound, by default of the ratio if there is one."""
        return replace(self, bound=Bound("≥", limit, of or self.main_quantity()))

    def main_quantity(self) -> Quantity:
        """Return what a bound applies to by default."""
        return "value" if self.ratio is None else "ratio"

    def bounded(self) -> float:
        """Return the number that the bound applies to.

        Raises:
            ValueError: The bound applies to a ratio, and the row has none.
        """
        if self.bound and self.bound.of == "value":
            return self.value
        if self.ratio is None:
            raise ValueError(f"The row {self.name} has no ratio.")
        return self.ratio

    def is_within_bound(self) -> bool | None:
        """Return whether the bound is met; None if there is no bound."""
        if not self.bound:
            return None
        number, limit = self.bounded(), self.bound.limit
        return number <= limit if self.bound.sense == "≤" else number >= limit


@dataclass(frozen=True)
class Result:
    """What one run of a bench measured, and its conditions."""

    date: str
    seconds: float
    """How long the run took."""
    cores: int
    load: float
    """The load average over the minute before the run."""
    versions: dict[str, str]
    rows: list[Row] = field(default_factory=list)

    def row(self, name: str) -> Row:
        """Return a row.

        Raises:
            KeyError: No row has that name.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)


Results = dict[str, Result]
"""The last result of each bench."""


def rounded(number: float) -> float:
    """Round to five digits, which is more than any measurement here needs."""
    return float(f"{number:.5g}")


def measured(name: str, what: str, values: Sequence[float], unit: str = "") -> Row:
    """Create a row without a baseline: the median of the rounds and their spread."""
    spread = (rounded(min(values)), rounded(max(values))) if len(values) > 1 else None
    value = rounded(statistics.median(values))
    return Row(name, what, value, unit, spread=spread, rounds=len(values))


def compared(
    name: str,
    what: str,
    values: Sequence[float],
    baseline: tuple[str, Sequence[float]],
    unit: str = "",
) -> Row:
    """Create a row with its baseline, both measured in the same rounds."""
    name_of_baseline, others = baseline
    ratios = [value / other for value, other in zip(values, others, strict=True)]
    return Row(
        name,
        what,
        value=rounded(statistics.median(values)),
        unit=unit,
        baseline=name_of_baseline,
        baseline_value=rounded(statistics.median(others)),
        ratio=rounded(statistics.median(ratios)),
        spread=(rounded(min(ratios)), rounded(max(ratios))) if len(ratios) > 1 else None,
        rounds=len(ratios),
    )


def load(file: Path = RESULTS) -> Results:
    """Read the results of earlier runs; empty if there is no file."""
    if not file.exists():
        return {}
    found = json.loads(file.read_text("utf-8"))
    return {name: result_from(result) for name, result in found.items()}


def result_from(found: dict[str, Any]) -> Result:
    """Create a result from JSON."""
    rows = [row_from(row) for row in found["rows"]]
    return Result(**{**found, "rows": rows})


def row_from(found: dict[str, Any]) -> Row:
    """Create a row from JSON."""
    bound = Bound(**found["bound"]) if "bound" in found else None
    spread = tuple(found["spread"]) if "spread" in found else None
    return Row(**{**found, "bound": bound, "spread": spread})


def save(results: Results, file: Path = RESULTS) -> None:
    """Write the results, without empty fields."""
    written: dict[str, Any] = {}
    for name in sorted(results):
        entry = asdict(results[name])
        entry["rows"] = [
            {key: value for key, value in row.items() if value not in (None, "")}
            for row in entry["rows"]
        ]
        written[name] = entry
    file.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", "utf-8")
