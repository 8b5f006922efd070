"""Time from Send to the first text of an answer while the container sleeps, in Chromium.

    make bench-wake

Needs Docker and Chromium, and takes about three minutes. The page asks for `/api/health` when its
prompt gets the focus, so the container starts while somebody types.
"""

import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import httpx

from tests import projects
from tests.real.cloudflare.preview import Preview, prepare

ASK = Path(__file__).parent / "ask.ts"
ROUNDS = 9
TYPING_SECONDS = 3


def main(app: Path) -> None:
    """Measure an installed project, and print a table."""
    with tempfile.TemporaryDirectory() as name:
        folder = prepare(app, Path(name) / "app", MAX_INSTANCES=1, SLEEP_AFTER_SECONDS=600)
        projects.run(app, "bun", "run", "build:cloudflare-local")
        shutil.copytree(app / "dist/frontend-dev", folder / "dist/frontend-dev", dirs_exist_ok=True)
        cases = {
            "asleep, nothing typed": (True, 0),
            f"asleep, {TYPING_SECONDS} s of typing": (True, TYPING_SECONDS),
            "awake": (False, 0),
        }
        times: dict[str, list[float]] = {case: [] for case in cases}
        with Preview(folder) as preview:
            for _ in range(ROUNDS):
                for case, (asleep, typing) in cases.items():
                    times[case].append(ask(preview, app, asleep=asleep, typing=typing))
    medians = {case: statistics.median(found) for case, found in times.items()}
    cold = medians["asleep, nothing typed"]
    print("| container | Send to the first text, ms | lowest and highest | ratio |")
    print("| --- | --- | --- | --- |")
    for case, median in medians.items():
        span = f"{min(times[case]):.0f} to {max(times[case]):.0f}"
        print(f"| {case} | {median:.0f} | {span} | {median / cold:.2f} |")


def ask(preview: Preview, app: Path, *, asleep: bool, typing: float) -> float:
    """Ask one question in a new browser.

    The container has just been stopped, so that the proxy which wrangler puts beside a container,
    and which Cloudflare does not have, still runs.

    Args:
        preview: where the page is.
        app: the project that has Playwright.
        asleep: whether the container sleeps when the page is opened.
        typing: the seconds between the focus and Send.

    Returns:
        The milliseconds from Send to the first text.
    """
    assert httpx.get(f"{preview.url}/env", timeout=60).status_code == 200
    if asleep:
        preview.sleep()
        time.sleep(1)
    command = ["bun", str(ASK), str(app), preview.url, str(typing)]
    return float(subprocess.check_output(command, text=True))
