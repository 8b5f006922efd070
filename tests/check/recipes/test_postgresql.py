"""docs/recipes/postgresql.md, with a real server where one is installed (Debian: postgresql)."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import recipes
from tests.backend import free_port, serve

FOLDERS = ":".join(str(path) for path in Path("/usr/lib/postgresql").glob("*/bin"))
INITDB = shutil.which("initdb", path=f"{FOLDERS}:{os.environ['PATH']}")


@contextmanager
def postgresql() -> Iterator[str]:
    """Run an empty server as a user other than root, because PostgreSQL rejects root."""
    assert INITDB
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = "nobody" if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        command = [str(Path(INITDB).with_name(program)), *arguments, f"--pgdata={folder}/data"]
        done = subprocess.run(
            command, user=user, cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("initdb", "--username=app", "--auth=trust")
    options = f"-p {port} -h 127.0.0.1 -k {folder}"
    subprocess.run(
        [
            str(Path(INITDB).with_name("pg_ctl")), "start", "--wait", f"--options={options}",
            f"--log={folder}/log", f"--pgdata={folder}/data",
        ],
        user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield f"postgresql://app@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "stop", "--mode=immediate")
        shutil.rmtree(folder)


@pytest.mark.skipif(not INITDB, reason="PostgreSQL is not installed")
def test_notes_are_stored_in_a_migrated_database(both_app: Path, tmp_path: Path) -> None:
    project = recipes.copy(both_app, tmp_path)
    with postgresql() as url:
        recipes.follow(project, "postgresql", DATABASE_URL=url)
        recipes.check_backend(project)
        with serve(project, "app.server", DATABASE_URL=url) as address:
            added, listed = recipes.ask(project, "postgresql", address)
        with serve(project, "app.server", DATABASE_URL=url) as address:
            _, kept = recipes.ask(project, "postgresql", address)
    assert json.loads(added) == {"id": 1, "text": "Buy milk"}
    assert json.loads(listed) == [json.loads(added)]
    assert [note["id"] for note in json.loads(kept)] == [2, 1]
