"""Ways to serve a generated app that several benches measure."""

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
    """Serve the image of an installed project, its answers those of the tests.

    Yields:
        Its URL, without a slash at its end.
    """
    docker("build", "--tag", "bench-app", str(app))
    with Container.start("bench-app", *UNLIMITED, *TEST_ANSWER) as container:
        yield container.wait_until_ready().url


def worker_with_page(app: Path, folder: Path, **settings: int) -> Preview:
    """Prepare the Worker of an installed project with the page that is deployed.

    Args:
        app: the project; only its `dist` changes.
        folder: where the copy that is served goes.
        settings: variables of wrangler.toml to change.

    Returns:
        The server, which its `with` starts.
    """
    prepare(app, folder, **settings)
    projects.run(app, "bun", "run", "build:cloudflare-prod")
    shutil.copytree(app / "dist/frontend-prod", folder / "dist/frontend-dev", dirs_exist_ok=True)
    return Preview(folder)
