"""Three minutes of the load of bench/load, which runs for an hour in the benches."""

from pathlib import Path

import pytest

from bench import report
from bench.load.bench import measure

MINUTES = 3

pytestmark = pytest.mark.usefixtures("docker")


def test_mixed_traffic_loses_nothing_and_leaves_nothing(
    cloudflare_app: Path, monolith_app: Path, shared_folder: Path
) -> None:
    rows = measure(shared_folder, MINUTES)
    kills = [row.value for row in rows if row.name.endswith("-kills")]
    assert kills == [1, 1]
    missed = [row for row in rows if row.is_within_bound() is False]
    assert not missed, report.terminal(rows)
