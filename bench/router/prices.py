"""Cloudflare's prices in dollars, and the cost of a `basic` container.

CPU is billed as used, costs the same with every router, and stays within the plan at light traffic.
"""

SOURCE = "https://developers.cloudflare.com/containers/platform/pricing/"
MONTH = "August 2026"
PLAN = 5
"""The monthly price of the Workers Paid plan."""
GIB_SECOND, INCLUDED_GIB_SECONDS = 0.0000025, 25 * 3600
"""Memory: its price, and the amount that the plan includes each month."""
GB_SECOND, INCLUDED_GB_SECONDS = 0.00000007, 200 * 3600
"""Disk: its price, and the amount that the plan includes each month."""
MEMORY, DISK = 1, 4
"""The GiB of memory and GB of disk of a `basic` container."""
SECOND = MEMORY * GIB_SECOND + DISK * GB_SECOND
"""The price of a second of an idle `basic` container."""


def monthly_cost(seconds: float) -> float:
    """Compute the price of a `basic` container for a month, beyond what the plan includes.

    Args:
        seconds: How long the container is awake in that month.
    """
    memory = max(0, MEMORY * seconds - INCLUDED_GIB_SECONDS)
    disk = max(0, DISK * seconds - INCLUDED_GB_SECONDS)
    return memory * GIB_SECOND + disk * GB_SECOND
