"""What the tests of recipes share."""

import pytest


@pytest.fixture(autouse=True)
def packages(offline: None) -> None:
    """Install what recipes add from what is downloaded."""
