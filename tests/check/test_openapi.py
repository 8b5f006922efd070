"""The backend responds as its OpenAPI document says."""

from pathlib import Path

from tests import schemathesis
from tests.backend import serve
from tests.projects import shared


def test_every_response_is_as_the_document_says(shared_folder: Path, tmp_path: Path) -> None:
    project = shared(shared_folder, "monolith")
    with serve(project, "tests.serve") as url:
        schemathesis.check(url, project, tmp_path)
