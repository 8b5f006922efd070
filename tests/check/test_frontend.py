"""The frontend, tested with more than its owner needs: specifications, attacks, random input."""

import shutil
from pathlib import Path

from tests.projects import generate, run

TESTS = Path(__file__).parent / "frontend"
PACKAGES = (
    *("commonmark-spec@0.31.2", "fast-check@4.10.2"),
    *("micromark@4.0.3", "micromark-extension-gfm@3.0.0"),
)


def test_the_frontend_follows_specifications_and_survives_attacks(tmp_path: Path) -> None:
    frontend = generate(tmp_path, initialize_git="false") / "frontend"
    run(frontend, "bun", "add", "--dev", *PACKAGES)
    shutil.copytree(TESTS, frontend / "src/template")
    run(frontend, "bun", "run", "test", "src/template")
