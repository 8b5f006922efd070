"""The backend answers as its OpenAPI document says."""

from pathlib import Path

from tests import schemathesis
from tests.backend import serve
from tests.projects import run, shared


def test_every_response_is_as_the_document_says(shared_folder: Path, tmp_path: Path) -> None:
    project = shared(shared_folder, "monolith")
    document = tmp_path / "openapi.json"
    python = str(project / "backend/.venv/bin/python")
    document.write_text(run(project / "backend", python, "-m", "app.openapi").stdout)
    with serve(project, "tests.serve") as url:
        schemathesis.check(url, document)
