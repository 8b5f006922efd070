"""Servers of a generated app that several benches measure."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import projects
from tests.real.cloudflare.preview import Preview, prepare
from tests.real.docker import docker
from tests.real.monolith.container import TEST_ANSWER, UNLIMITED, Container


@contextmanager
def image_with_page(app: Path) -> Iterator[str]:
    """Serve the image of an installed project, with the tests' answers.

    Yields:
        Its URL, without a trailing slash.
    """
    docker("build", "--tag", "bench-app", str(app))
    with Container.start("bench-app", *UNLIMITED, *TEST_ANSWER) as container:
        yield container.wait_until_ready().url


def worker_with_page(app: Path, folder: Path, **settings: int) -> Preview:
    """Prepare the Worker of an installed project with the production build of the page.

    Args:
        app: The project. Only its `dist` changes.
        folder: Where to put the copy that is served.
        settings: Variables in wrangler.toml to change.

    Returns:
        The server. Start it with `with`.
    """
    prepare(app, folder, **settings)
    projects.run(app, "bun", "run", "build:cloudflare-prod")
    shutil.copytree(app / "dist/frontend-prod", folder / "dist/frontend-dev", dirs_exist_ok=True)
    return Preview(folder)


def processes(container: str) -> list[Path]:
    """Return the folders in /proc of a container's processes."""
    listed = docker("top", container).splitlines()[1:]
    return [Path("/proc") / line.split()[1] for line in listed]


def memory(found: Iterable[Path]) -> float:
    """Return the MiB of processes, with shared pages counted once."""
    kib = 0
    for process in found:
        try:
            rollup = (process / "smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):  # a health check that has ended
            continue
        kib += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return kib / 1024


def megabytes(container: str) -> float:
    """Return the MiB of a container's processes, with shared pages counted once."""
    return memory(processes(container))
