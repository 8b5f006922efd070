"""docs/recipes/keep-data.md: the volume and its backup, with Docker Compose."""

import shutil
import sqlite3
from pathlib import Path

import httpx

from tests import recipes
from tests.projects import run
from tests.real.docker import docker as run_docker

URL = "http://127.0.0.1:18924"


def test_notes_outlive_their_container(docker: None, both_app: Path, tmp_path: Path) -> None:
    leave_out = shutil.ignore_patterns("node_modules", ".venv", "dist", ".git")
    project = Path(shutil.copytree(both_app, tmp_path / "app", ignore=leave_out))
    recipes.change_files(project, "keep-data")
    with (project / ".env").open("a") as file:
        file.write("HTTP_PORT=127.0.0.1:18924\n")
    compose = ("compose", "--project-directory", str(project), "--project-name", "keep-data-test")
    try:
        run_docker(*compose, "up", "--build", "--detach", "--wait")
        httpx.post(f"{URL}/api/notes", json={"text": "Buy milk"}).raise_for_status()
        run_docker(*compose, "up", "--detach", "--wait", "--force-recreate")
        assert httpx.get(f"{URL}/api/notes").json() == [{"id": 1, "text": "Buy milk"}]
        run(
            project,
            *("env", "COMPOSE_PROJECT_NAME=keep-data-test", "sh", "deploy/backup.sh", "backup.db"),
        )
    finally:
        run_docker(*compose, "down", "--volumes", "--timeout", "1", check=False)
    with sqlite3.connect(project / "backup.db") as backup:
        assert backup.execute("SELECT text FROM notes").fetchall() == [("Buy milk",)]
