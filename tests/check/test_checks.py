"""`bun run check`, `bun run fix`, and `bun run test`: what they run, and what they report."""

import re
import subprocess
from pathlib import Path

import pytest

from tests import recipes
from tests.projects import attempt, commit, run

FAILED = re.compile(r"^✗ (\S+) failed", re.MULTILINE)
PASSED = re.compile(r"^✓ (\S+) \(", re.MULTILINE)


@pytest.fixture
def project(both_app: Path, tmp_path: Path) -> Path:
    """A project that may be changed, in a repository without changes."""
    project = recipes.copy(both_app, tmp_path)
    commit_all = subprocess.run(
        ["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True, check=True
    )
    if commit_all.stdout:
        commit(project)
    return project


def check(project: Path, *arguments: str, command: str = "check") -> tuple[int, str, str]:
    """Run checks; return the exit status, the output, and the errors.

    A copy of a project installs its Python packages again, which it reports.
    """
    done = attempt(project, "bun", "run", "--silent", command, *arguments)
    errors = done.stderr.splitlines(keepends=True)
    errors = [line for line in errors if not line.startswith("Installing ")]
    return done.returncode, done.stdout, "".join(errors)


def append(path: Path, text: str) -> None:
    """Add text to the end of a file."""
    path.write_text(path.read_text() + text)


def test_every_failure_is_reported_and_only_formatting_suggests_fix(project: Path) -> None:
    steps = ("backend:format", "backend:lint", "backend:types", "scripts:format", "scripts:lint")
    health, dev = project / "backend/app/routes/health.py", project / "scripts/dev.ts"
    append(health, '\n\nNAMES:   list[str] = [1]\nIGNORED = lambda: "a"\n')
    append(dev, 'export   const size = "a".length;\ndebugger;\n')
    status, output, errors = check(project, *steps)
    assert status == 1
    assert set(FAILED.findall(output)) == set(steps)
    assert errors == f"Failed: {', '.join(steps)}\n"

    run(project, "git", "checkout", "--quiet", ".")
    append(health, "\nNAMES:   list[str] = []\n")
    append(dev, 'export   const size = "a".length;\n')
    source = health.read_text()
    health.write_text(source.replace("from typing", "import re\nfrom typing", 1))
    append(health, 'PATTERN = re.compile("a")\n')
    status, output, errors = check(project, *steps)
    assert status == 1, output
    assert FAILED.findall(output) == ["backend:format", "scripts:format"]
    assert errors == "Only the formatting is wrong: run `bun run fix`.\n"
    assert check(project, command="fix")[0] == 0
    status, output, errors = check(project, *steps)
    assert (status, errors) == (0, ""), output


def test_only_what_changed_is_checked(project: Path) -> None:
    assert check(project, "--changed") == (0, "No change affects anything that is checked.\n", "")
    (project / "e2e/added.ts").write_text("export const added = true;\n")
    status, output, errors = check(project, "--changed", "e2e", "frontend", "backend", "image")
    assert (status, errors) == (0, ""), output
    assert PASSED.findall(output) == ["e2e:types"]
    (project / "e2e/added.ts").unlink()
    append(project / "backend/app/routes/health.py", "\nNAMES: list[str] = [1]\n")
    status, output, errors = check(project, "--changed", "backend:types", "e2e", "frontend:api")
    assert status == 1
    assert (FAILED.findall(output), PASSED.findall(output)) == (["backend:types"], ["frontend:api"])


def test_tests_of_what_changed_run_after_a_first_full_run(project: Path) -> None:
    tests = ("--changed", "backend:test")
    append(project / "backend/tests/test_routes.py", "\n\ndef test_nothing() -> None:\n    pass\n")
    first = check(project, *tests, command="test")
    assert first[0] == 0, first
    append(project / "backend/app/routes/health.py", "\n\n1 / 0  # noqa: B018\n")
    status, output, _ = check(project, *tests, command="test")
    assert status == 1
    assert "ZeroDivisionError" in output


def test_an_unknown_name_is_a_sentence(project: Path) -> None:
    status, _, errors = check(project, "backend", "bakend", "frontend:tets", command="test")
    assert status == 1
    assert errors == (
        "Unknown: bakend, frontend:tets. "
        "Choose from: backend:test, frontend:test, image:test, worker:test.\n"
    )
