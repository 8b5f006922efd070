"""A fresh project passes the hooks that most people use with pre-commit."""

import sys
from pathlib import Path

import pytest

from tests.projects import LAYOUTS, attempt, generate, run

HOOKS = {
    "check_added_large_files": "",
    "check_ast": "*.py",
    "check_builtin_literals": "*.py",
    "check_case_conflict": "",
    "check_json": "*.json",
    "check_merge_conflict": "",
    "check_shebang_scripts_are_executable": "",
    "check_symlinks": "",
    "check_toml": "*.toml",
    "check_vcs_permalinks": "",
    "check_yaml": "*.yaml *.yml",
    "debug_statement_hook": "*.py",
    "destroyed_symlinks": "",
    "detect_private_key": "",
    "end_of_file_fixer": "",
    "fix_byte_order_marker": "",
    "mixed_line_ending": "",
    "trailing_whitespace_fixer": "",
}
"""Modules of pre-commit-hooks, and the files that they get; all text files if none are named."""


@pytest.fixture(scope="module", params=LAYOUTS)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project, committed."""
    return generate(tmp_path_factory.mktemp("project"), deployment=request.param)


def listed(project: Path, patterns: str) -> list[str]:
    """List the committed text files that match one of the patterns."""
    binary = (".png", ".ico", ".gif", ".woff2")
    names = run(project, "git", "ls-files", "-z", "--", *patterns.split()).stdout.split("\0")
    return [name for name in names if name and not name.endswith(binary)]


@pytest.mark.parametrize(("hook", "patterns"), HOOKS.items())
def test_a_fresh_project_passes(hook: str, patterns: str, project: Path) -> None:
    names = listed(project, patterns)
    assert names
    done = attempt(project, sys.executable, "-m", f"pre_commit_hooks.{hook}", *names)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
