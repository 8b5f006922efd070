"""schemathesis sends generated requests to a server and compares the responses with a document."""

import os
import subprocess
import sys
from pathlib import Path

from tests.projects import run

CASES = 20
"""The maximum number of generated requests of each kind and operation."""


def check(url: str, project: Path, folder: Path) -> None:
    """Check that a server responds as its OpenAPI document says, even to invalid requests.

    Args:
        url: The app's address, without a path. The server must not limit the rate of prompts.
        project: The installed project that is served.
        folder: A folder of the test, for the document and schemathesis's cache.

    Raises:
        AssertionError: A response is not as described. The message is schemathesis's report.
    """
    document = folder / "openapi.json"
    python = str(project / "backend/.venv/bin/python")
    document.write_text(run(project / "backend", python, "-m", "app.server.cli", "openapi").stdout)
    command = (
        Path(sys.executable).with_name("schemathesis"),
        *("--config-file", Path(__file__).with_suffix(".toml"), "run", document),
        *("--url", url, "--checks", "all", "--workers", "4", "--max-examples", CASES),
        # no schema can say that the last message of a conversation is the user's
        *("--exclude-checks", "positive_data_acceptance"),
        *("--seed", 1, "--generation-database", "none"),
    )
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,  # where schemathesis keeps its cache
        env={**os.environ, "NO_PROXY": "*", "no_proxy": "*"},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:]
