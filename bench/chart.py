"""The chart in bench/README.md: ratios to a floor or a peer, in a light and a dark variant."""

from dataclasses import dataclass
from html import escape

from bench.results import Results, Row
from tools.generate import ROOT

IMAGES = ROOT / "docs" / "images"
LESS = (
    ("start", "start-1/4", "start on 1/4 vCPU vs. fastapi run"),
    ("cloudflare", "cost", "container time vs. Container class"),
    ("cloudflare", "cold", "cold start vs. Container class"),
    ("images", "monolith-start", "start of the image vs. FastAPI's usual image"),
    ("app", "script", "JavaScript on first load vs. React alone"),
    ("app", "first-text-again", "Send to first text vs. a bare page"),
    ("model", "model", "start with a model vs. without one"),
    ("router", "mean-100-200-50", "messages per request vs. one"),
    ("generation", "template", "generation vs. an empty template"),
)
MORE = (
    ("serving", "static-nginx", "files from the image vs. bare nginx"),
    ("serving", "env", "/env from the image vs. uvicorn"),
)
"""Bench, row, and label. In the first list, less is better; in the second, more is."""

LEFT, WIDTH = 350, 310
"""The position of the bars, and the length of the longest."""
LEAST = 1.6
"""The ratio of the longest bar, unless there is a larger one."""
ROW = 26


@dataclass(frozen=True)
class Colors:
    """The colors of a variant."""

    text: str
    quiet: str
    bar: str
    mark: str


VARIANTS = {
    "light": Colors(text="#1f2328", quiet="#6e7781", bar="#d9480f", mark="#1f2328"),
    "dark": Colors(text="#e6edf3", quiet="#8d96a0", bar="#ff8b5a", mark="#e6edf3"),
}


def bar(row: Row, words: str, top: int, scale: float) -> str:
    """Draw a ratio, its bound, and its number."""
    ratio, middle = row.ratio or 0, top + 14
    length = ratio * scale
    drawn = [
        f'<text class="name" x="{LEFT - 10}" y="{middle}">{escape(words)}</text>',
        f'<rect class="bar" x="{LEFT}" y="{top + 3}" width="{length:.1f}" height="14" rx="2"/>',
    ]
    if row.bound and row.bound.of == "ratio":
        bound = row.bound.limit * scale
        drawn.append(f'<path class="bound" d="M{LEFT + bound:.1f} {top}v20"/>')
        if length < bound < length + 46:  # the number would overlap it
            length = bound
    drawn.append(f'<text x="{LEFT + length + 7:.1f}" y="{middle}">{ratio:.2f}</text>')
    return "\n".join(drawn)


def draw(results: Results, colors: Colors) -> str:
    """Draw a variant."""
    groups = [
        (title, [(results[bench].row(name), words) for bench, name, words in shown])
        for title, shown in (("Less is better", LESS), ("More is better", MORE))
    ]
    scale = WIDTH / max(LEAST, *(row.ratio or 0 for _, rows in groups for row, _ in rows))
    parts: list[str] = []
    top = 30
    for title, rows in groups:
        parts.append(f'<text class="title" x="{LEFT}" y="{top + 13}">{title}</text>')
        top += ROW
        for row, words in rows:
            parts.append(bar(row, words, top, scale))
            top += ROW
        top += 8
    one = LEFT + scale
    legend = (
        f'<text class="quiet" x="{one + 7:.1f}" y="14">floor or peer = 1</text>\n'
        f'<path class="bound" d="M{LEFT - 60} 3v14"/>'
        f'<text class="quiet" x="{LEFT - 53}" y="14">bound</text>\n'
        f'<path class="one" d="M{one:.1f} 3V{top - 8}"/>'
    )
    content = "\n".join([legend, *parts])
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {top}" role="img">
<title>The main results, as ratios to a floor or a peer</title>
<style>
text {{ font: 13px system-ui, sans-serif; fill: {colors.text} }}
.name {{ text-anchor: end }} .title {{ font-weight: 600 }} .quiet {{ fill: {colors.quiet} }}
.bar {{ fill: {colors.bar} }} .bound {{ stroke: {colors.mark}; stroke-width: 2 }}
.one {{ stroke: {colors.quiet}; stroke-dasharray: 3 3 }}
</style>
{content}
</svg>
"""


def drawings(results: Results) -> dict[str, str]:
    """Draw both variants, by file name."""
    return {f"ratios-{name}.svg": draw(results, colors) for name, colors in VARIANTS.items()}


def write(results: Results) -> None:
    """Write both variants to docs/images."""
    for name, drawing in drawings(results).items():
        (IMAGES / name).write_text(drawing, "utf-8")
