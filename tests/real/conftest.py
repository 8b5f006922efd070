"""How the tests share a machine when two processes run them (`pytest -n 2 --dist loadgroup`)."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run one test at a time, next to those of the bare machine."""
    for item in items:
        if item.path.is_relative_to(FOLDER) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("one at a time"))
