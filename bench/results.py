"""What a bench returns, and where the results are kept."""

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
    """A limit that a ratio or a value is to keep."""

    sense: Literal["≤", "≥"]
    limit: float
    of: Quantity


@dataclass(frozen=True)
class Row:
    """One thing that was measured, and what stands beside it."""

    name: str
    """How charts and README.md refer to the row; unique within its bench."""
    what: str
    """What was measured, in the words of the table."""
    value: float
    """The median of the rounds."""
    unit: str = ""
    beside: str = ""
    """The floor or the peer."""
    beside_value: float | None = None
    ratio: float | None = None
    """The median of the ratios within each round."""
    spread: tuple[float, float] | None = None
    """The lowest and the highest of a round: of the ratio if there is one, or else of the value."""
    bound: Bound | None = None
    rounds: int = 1

    def at_most(self, limit: float, of: Quantity | None = None) -> Self:
        """Set a bound, of the ratio if there is one and nothing else is said."""
        return replace(self, bound=Bound("≤", limit, of or self.main_quantity()))

    def at_least(self, limit: float, of: Quantity | None = None) -> Self:
        """Set a bound, of the ratio if there is one and nothing else is said."""
        return replace(self, bound=Bound("≥", limit, of or self.main_quantity()))

    def main_quantity(self) -> Quantity:
        """Tell what a bound is about unless it says so."""
        return "value" if self.ratio is None else "ratio"

    def bounded(self) -> float:
        """Give back the number that the bound is about.

        Raises:
            ValueError: it is about a ratio, and the row has none.
        """
        if self.bound and self.bound.of == "value":
            return self.value
        if self.ratio is None:
            raise ValueError(f"{self.name} has no ratio.")
        return self.ratio

    def holds(self) -> bool | None:
        """Tell whether the bound holds; None if there is no bound."""
        if not self.bound:
            return None
        number, limit = self.bounded(), self.bound.limit
        return number <= limit if self.bound.sense == "≤" else number >= limit


@dataclass(frozen=True)
class Result:
    """What one run of a bench measured, and under which conditions."""

    date: str
    seconds: float
    """How long the run took."""
    cores: int
    load: float
    """How many processes wanted a core before the run, on average over a minute."""
    versions: dict[str, str]
    rows: list[Row] = field(default_factory=list)

    def row(self, name: str) -> Row:
        """Find a row.

        Raises:
            KeyError: there is none of that name.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)


Results = dict[str, Result]
"""The last result of each bench."""


def rounded(number: float) -> float:
    """Round to five digits, which is more than any measurement here is worth."""
    return float(f"{number:.5g}")


def measured(name: str, what: str, values: Sequence[float], unit: str = "") -> Row:
    """Make the row of something that stands alone: its median over the rounds, and its spread."""
    spread = (rounded(min(values)), rounded(max(values))) if len(values) > 1 else None
    value = rounded(statistics.median(values))
    return Row(name, what, value, unit, spread=spread, rounds=len(values))


def compared(
    name: str,
    what: str,
    values: Sequence[float],
    beside: tuple[str, Sequence[float]],
    unit: str = "",
) -> Row:
    """Make the row of something beside its floor or peer, both measured in the same rounds."""
    peer, others = beside
    ratios = [value / other for value, other in zip(values, others, strict=True)]
    return Row(
        name,
        what,
        value=rounded(statistics.median(values)),
        unit=unit,
        beside=peer,
        beside_value=rounded(statistics.median(others)),
        ratio=rounded(statistics.median(ratios)),
        spread=(rounded(min(ratios)), rounded(max(ratios))) if len(ratios) > 1 else None,
        rounds=len(ratios),
    )


def load(file: Path = RESULTS) -> Results:
    """Read the results of earlier runs; none if there is no file."""
    if not file.exists():
        return {}
    found = json.loads(file.read_text("utf-8"))
    return {name: result_from(result) for name, result in found.items()}


def result_from(found: dict[str, Any]) -> Result:
    """Make a result from what JSON holds."""
    rows = [row_from(row) for row in found["rows"]]
    return Result(**{**found, "rows": rows})


def row_from(found: dict[str, Any]) -> Row:
    """Make a row from what JSON holds."""
    bound = Bound(**found["bound"]) if "bound" in found else None
    spread = tuple(found["spread"]) if "spread" in found else None
    return Row(**{**found, "bound": bound, "spread": spread})


def save(results: Results, file: Path = RESULTS) -> None:
    """Write the results; what a row does not have is left out."""
    written: dict[str, Any] = {}
    for name in sorted(results):
        entry = asdict(results[name])
        entry["rows"] = [
            {key: value for key, value in row.items() if value not in (None, "")}
            for row in entry["rows"]
        ]
        written[name] = entry
    file.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", "utf-8")
