"""Both images: their size over the base, layers, rebuilds after an edit, and a start."""

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.results import Row, compared
from tests.projects import shared
from tests.real.docker import docker
from tests.real.monolith.container import Container

BARE_DOCKERFILE = Path(__file__).parent / "Dockerfile.bare"
BARE = "FastAPI's usual image"
BARE_TAG = "bench-bare-fastapi"
REBUILDS, STARTS = 3, 9
EDITS = {
    "frontend": ("frontend/src/chat/Composer.tsx", "Ask something…"),
    "backend": ("backend/app/__init__.py", '"0.1.0"'),
}
"""For each side of the app, a file and the text that an edit changes."""


@dataclass(frozen=True)
class Image:
    """One of the images of a generated project."""

    name: str
    layout: str
    dockerfile: str
    sides: tuple[str, ...]
    """The sides of the app that it contains."""
    most_megabytes: float
    """The bound on its size over its base."""

    @property
    def tag(self) -> str:
        """Its tag in the benches."""
        return f"bench-{self.name}"

    def build(self, app: Path, *options: str) -> float:
        """Build it, and return the seconds."""
        started = time.perf_counter()
        docker("build", *options, "--tag", self.tag, "--file", str(app / self.dockerfile), str(app))
        return time.perf_counter() - started


IMAGES = {
    image.name: image
    for image in (
        Image("monolith", "monolith", "Dockerfile", ("frontend", "backend"), 60),
        Image("container", "cloudflare", "Dockerfile-cloudflare", ("backend",), 48),
    )
}
"""Both images by name; a test checks the bounds on their sizes."""


def megabytes(tag: str) -> float:
    """Return the size of an image."""
    return int(docker("image", "inspect", "--format", "{{.Size}}", tag)) / 1e6


def base_megabytes(dockerfile: Path) -> float:
    """Return the size of the base image of a Dockerfile's last stage."""
    base = re.findall(r"^FROM (\S+)", dockerfile.read_text(), re.MULTILINE)[-1]
    command = ["docker", "build", "--quiet", "--tag", "bench-base", "-"]
    subprocess.run(command, input=f"FROM {base}\n", text=True, check=True, capture_output=True)
    return megabytes("bench-base")


def size(image: Image, dockerfile: Path) -> Row:
    """Compare what an image adds to its base with what FastAPI's usual image adds."""
    over = megabytes(image.tag) - base_megabytes(dockerfile)
    bare = megabytes(BARE_TAG) - base_megabytes(BARE_DOCKERFILE)
    what, peer = f"{image.name}: size over its base", (BARE, [bare])
    row = compared(f"{image.name}-size", what, [over], peer, "MB")
    return row.at_most(image.most_megabytes, of="value")


def layers(image: Image) -> Row:
    """Compare the number of non-empty layers with FastAPI's usual image."""
    ours, bare = (
        docker("history", "--format", "{{.Size}}", tag).splitlines()
        for tag in (image.tag, BARE_TAG)
    )
    numbers = [len([size for size in sizes if size != "0B"]) for sizes in (ours, bare)]
    what = f"{image.name}: non-empty layers, including the base's"
    return compared(f"{image.name}-layers", what, numbers[:1], (BARE, numbers[1:]))


def rebuilds(image: Image, app: Path) -> list[Row]:
    """Compare a rebuild after an edit of each side with a build of everything."""
    whole = image.build(app, "--no-cache")
    rows = []
    for side in image.sides:
        name, text = EDITS[side]
        file = app / name
        source = file.read_text("utf-8")
        times = []
        try:
            for _ in range(REBUILDS):
                changed = f"{text[:-1]} {time.time()}{text[-1]}"
                file.write_text(source.replace(text, changed), "utf-8")
                times.append(image.build(app))
        finally:
            file.write_text(source, "utf-8")
        what = f"{image.name}: rebuild after an edit of the {side}"
        peer = ("without the build cache", [whole] * REBUILDS)
        rows.append(compared(f"{image.name}-{side}", what, times, peer, "s"))
    return rows


def seconds_to_200(tag: str, *options: str, port: int) -> float:
    """Measure the time from `docker run` to the first 200."""
    started = time.perf_counter()
    with Container.start(tag, *options, port=port) as container:
        while True:
            try:
                if httpx.get(f"{container.url}/api/health").status_code == 200:
                    return time.perf_counter() - started
            except httpx.TransportError:
                time.sleep(0.005)


def starts(image: Image) -> Row:
    """Compare the time from `docker run` to the first 200."""
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(STARTS):
        ours.append(seconds_to_200(image.tag, port=80))
        bare.append(seconds_to_200(BARE_TAG, "--env", "LAYOUT=monolith", port=8000))
    what = f"{image.name}: from `docker run` to the first response"
    return compared(f"{image.name}-start", what, ours, (BARE, bare), "s")


def measure(base: Path) -> list[Row]:
    """Build and measure both images."""
    rows: list[Row] = []
    for image in IMAGES.values():
        app = shared(base, image.layout)
        docker("build", "--tag", BARE_TAG, "--file", str(BARE_DOCKERFILE), str(app))
        rebuilt = rebuilds(image, app)
        image.build(app)  # without the edits
        rows += [size(image, app / image.dockerfile), layers(image), *rebuilt]
        rows += [starts(image)] if image.layout == "monolith" else []
    return rows


def quick(base: Path) -> list[Row]:
    """Measure the size of the images that an earlier run of this bench has built."""
    rows = []
    for image in IMAGES.values():
        tags = (image.tag, BARE_TAG)
        if all(docker("images", "--quiet", tag) for tag in tags):
            rows.append(size(image, shared(base, image.layout) / image.dockerfile))
    return rows
