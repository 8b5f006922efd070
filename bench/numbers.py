"""The table of README.md, whose figures are those of the results."""

from bench.report import README, lines, number, replaced
from bench.results import Results


def link(*names: str) -> str:
    """Link to the sections of benches."""
    return ", ".join(f"[{name}](bench/README.md#{name})" for name in names)


def table(results: Results) -> str:
    """Write the table."""

    def ratio(bench: str, name: str) -> str:
        return number(results[bench].row(name).ratio or 0)

    def value(bench: str, name: str) -> str:
        return number(results[bench].row(name).value)

    scores = [row for row in results["app"].rows if row.name.startswith("lighthouse")]
    least = min(row.value for row in scores)
    lighthouse = f"{'' if least == 100 else 'at least '}{number(least)}"
    most = max(row.value for row in results["page"].rows if row.name.endswith("-most"))
    beyond = results["app"].row("beyond-react").value / 1024
    rows = [
        ["what", "result", "bench"],
        [
            "script of the first page, gzip",
            f"React + {beyond:.1f} KiB; Lighthouse gives {lighthouse} in every category",
            link("app"),
        ],
        [
            "a 10,000-token answer in Markdown",
            f"no task of the page takes more than {number(most)} ms of CPU",
            link("page"),
        ],
        [
            "Send to the first text while the container sleeps",
            f"{value('wake', 'typed')} ms after three seconds of typing, "
            f"{value('wake', 'cold')} ms without",
            link("wake"),
        ],
        [
            "cold start of a container",
            f"{ratio('cloudflare', 'cold')} times that of Cloudflare's `Container` class",
            link("cloudflare"),
        ],
        [
            "first response of the backend, on 1/4 vCPU",
            f"{ratio('start', 'start-1/4')} times that of `fastapi run`, as guides show it",
            link("start"),
        ],
        [
            "files from the image",
            f"{ratio('serving', 'static-nginx')} times a bare nginx, "
            f"{ratio('serving', 'static-frontend')} times FastAPI's `app.frontend()`",
            link("serving"),
        ],
        [
            "500 streams in the image",
            f"half of the events arrive within {value('serving', 'image-500-p50')} ms, "
            f"99 % within {value('serving', 'image-500-p99')} ms",
            link("serving"),
        ],
    ]
    return "\n".join(lines(rows))


def readme_with(page: str, results: Results) -> str:
    """Put the table into README.md; what people wrote stays."""
    return replaced(page, "numbers", table(results))


def write(results: Results) -> None:
    """Write README.md."""
    README.write_text(readme_with(README.read_text("utf-8"), results), "utf-8")
