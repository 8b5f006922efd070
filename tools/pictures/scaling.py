"""The animation of containers that start as the load rises and sleep after it.

    python -m tools.pictures.scaling

Needs Docker. Streams run through `wrangler dev`, two per container, and the picture shows when each
container ran.
"""

import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import httpx

from tests.conversation import conversation
from tests.projects import shared
from tests.real.cloudflare.preview import SETTINGS, Preview, prepare
from tools.generate import ROOT

PICTURE = ROOT / "docs" / "images" / "scaling.svg"
STREAMS = [(3, 16), (7, 18), (11, 12), (12, 8)]
"""The start and the length of each stream in seconds."""
SHOWN_SECONDS = 10
"""The length of the animation."""

Span = tuple[float, float]


@dataclass
class Recording:
    """The times at which streams and containers ran, in seconds since the start."""

    streams: list[Span] = field(default_factory=list)
    containers: dict[str, Span] = field(default_factory=dict)
    end: float = 0


def record(app: Preview) -> Recording:
    """Send the streams, and watch the containers until all of them sleep."""
    recording = Recording()
    started = time.monotonic()
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.1):
            now = time.monotonic() - started
            for name in app.containers():
                first, _ = recording.containers.get(name, (now, now))
                recording.containers[name] = (first, now)

    def stream(start: float, seconds: int) -> None:
        time.sleep(start)
        begun = time.monotonic() - started
        body = conversation(f"{seconds * 4} 0.25")
        httpx.post(f"{app.url}/stream", json=body, timeout=90).raise_for_status()
        recording.streams.append((begun, time.monotonic() - started))

    with ThreadPoolExecutor(len(STREAMS) + 1) as pool:
        watching = pool.submit(watch)
        for sent in [pool.submit(stream, *times) for times in STREAMS]:
            sent.result()
        app.wait_for(0, 60)
        time.sleep(1)
        is_over.set()
        watching.result()
    recording.end = time.monotonic() - started
    recording.streams.sort()
    return recording


def draw(recording: Recording) -> str:
    """Draw the recording from left to right."""
    left, width, row = 130, 560, 22
    scale = width / recording.end

    def bar(kind: str, number: int, span: Span) -> str:
        x, length = left + span[0] * scale, (span[1] - span[0]) * scale
        y = 12 + number * row
        return f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{length:.1f}" height="14" rx="3"/>'

    containers = sorted(recording.containers.values())
    lanes = [("stream", span) for span in recording.streams]
    lanes += [("container", span) for span in containers]
    counts = {"stream": 0, "container": 0}
    names, bars = [], []
    for number, (kind, span) in enumerate(lanes):
        counts[kind] += 1
        y = 24 + number * row
        names.append(f'<text x="{left - 10}" y="{y}">{escape(kind)} {counts[kind]}</text>')
        bars.append(bar(kind, number, span))
    bottom = 16 + len(lanes) * row
    ticks = [
        f'<text class="tick" x="{left + second * scale:.1f}" y="{bottom + 14}">{second} s</text>'
        for second in range(0, int(recording.end), 5)
    ]
    title = (
        f"{len(recording.streams)} streams start {len(containers)} containers, one after the "
        "other, which sleep when the streams have ended"
    )
    texts, rectangles = "\n".join([*names, *ticks]), "\n".join(bars)
    past = f'<rect class="time" x="{left}" y="0" width="{width}" height="{bottom}"/>'
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {bottom + 24}" role="img">
<title>{title}</title>
<style>
text {{ font: 13px system-ui, sans-serif; fill: #1f2328; text-anchor: end }}
.tick {{ fill: #6e7781; text-anchor: middle }}
.stream {{ fill: #c8ccd1 }} .container {{ fill: #d9480f }} .now {{ stroke: #6e7781 }}
.time {{ transform-origin: {left}px 0; animation: time {SHOWN_SECONDS}s linear infinite }}
.now {{ animation: now {SHOWN_SECONDS}s linear infinite }}
@keyframes time {{ from {{ transform: scaleX(0) }} 80%, to {{ transform: scaleX(1) }} }}
@keyframes now {{ 80%, to {{ transform: translateX({width}px) }} }}
@media (prefers-reduced-motion: reduce) {{ .time, .now {{ animation: none }} }}
@media (prefers-color-scheme: dark) {{
text {{ fill: #e6edf3 }} .tick {{ fill: #8d96a0 }}
.stream {{ fill: #484f58 }} .container {{ fill: #ff8b5a }}
}}
</style>
<clipPath id="past">{past}</clipPath>
{texts}
<g clip-path="url(#past)">
{rectangles}
</g>
<line class="now" x1="{left}" x2="{left}" y1="6" y2="{bottom}"/>
</svg>
"""


def main() -> None:
    """Write the picture to docs/images."""
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        folder = prepare(shared(base, "cloudflare"), base / "app")
        with Preview(folder) as app:
            httpx.get(f"{app.url}/env", timeout=60).raise_for_status()
            app.wait_for(0, 4 * SETTINGS["SLEEP_AFTER_SECONDS"])
            recording = record(app)
    PICTURE.write_text(draw(recording))


if __name__ == "__main__":
    main()
