"""Servers of a generated app that several benches measure."""

import shutil
from collections.abc import Iterator
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
