"""The project's own CI, from a fresh clone to the contract suite against what is deployed."""

from pathlib import Path

import pytest

from tests.projects import shared
from tests.workflows import Workflow, clone

pytestmark = [pytest.mark.usefixtures("docker"), pytest.mark.xdist_group("contract")]

VIOLATION = "The Content Security Policy will block this when deployed"


def test_the_contract_holds_for_what_is_deployed(shared_folder: Path, tmp_path: Path) -> None:
    project = clone(shared(shared_folder, "both"), tmp_path / "my app")
    workflow = Workflow(project, "ci")
    workflow.run("contract")
    dev, deployed = (
        workflow.printed[name]
        for name in ("Test the development server", "Build and test what is deployed")
    )
    # the style that the suite adds, and nothing that the page does
    assert dev.count(VIOLATION) == 1
    assert f'{VIOLATION}: "inline", by "style-src-elem"' in dev
    assert deployed.count(" passed") == 2  # the Worker and the image
