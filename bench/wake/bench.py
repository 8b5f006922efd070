"""The time from Send to the first text while the container sleeps, in Chromium.

The page requests `/api/health` when its prompt gets the focus, so the container starts while the
user types.
"""

import subprocess
import time
from pathlib import Path

import httpx

from bench.results import Row, compared
from bench.servers import worker_with_page
from tests.projects import shared
from tests.real.cloudflare.preview import Preview

ASK = Path(__file__).parent / "ask.ts"
ROUNDS = 7
TYPING_SECONDS = 3


def measure(base: Path) -> list[Row]:
    """Ask while the container sleeps, with and without typing, and while it is awake."""
    app = shared(base, "cloudflare")
    cases = {"cold": (True, 0), "typed": (True, TYPING_SECONDS), "awake": (False, 0)}
    times: dict[str, list[float]] = {case: [] for case in cases}
    settings = {"MAX_INSTANCES": 1, "SLEEP_AFTER_SECONDS": 600}
    with worker_with_page(app, base / "wake", **settings) as preview:
        for _ in range(ROUNDS):
            for case, (asleep, typing) in cases.items():
                times[case].append(ask(preview, app, asleep=asleep, typing=typing))
    typed = f"asleep, {TYPING_SECONDS} s of typing"
    warm = ("awake", times["awake"])
    sleeping = ("asleep, nothing typed", times["cold"])
    return [
        compared("cold", "asleep, nothing typed", times["cold"], warm, "ms"),
        compared("typed", typed, times["typed"], sleeping, "ms").at_most(0.5),
        compared("typed-awake", typed, times["typed"], warm, "ms"),
    ]


def ask(preview: Preview, app: Path, *, asleep: bool, typing: float) -> float:
    """Ask one question in a new browser.

    The container has just been stopped, so the proxy that wrangler adds to each local container
    still runs. Cloudflare has no such proxy.

    Args:
        preview: The server of the page.
        app: The project with Playwright.
        asleep: Whether the container sleeps when the page opens.
        typing: The seconds between the focus and Send.

    Returns:
        The milliseconds from Send to the first text.
    """
    assert httpx.get(f"{preview.url}/env", timeout=60).status_code == 200
    if asleep:
        preview.sleep()
        time.sleep(1)
    command = ["bun", str(ASK), str(app), preview.url, str(typing)]
    return float(subprocess.check_output(command, text=True))
