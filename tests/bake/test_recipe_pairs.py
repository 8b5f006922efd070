"""Any two recipes can be followed one after the other, unless they are alternatives."""

from functools import cache
from itertools import combinations, permutations
from pathlib import Path

import pytest

from tests import recipes
from tests.projects import LAYOUTS, generate

ALTERNATIVES = {
    "answer() has one body": {"anthropic", "openai-sdk", "tools", "your-data"},
    "the notes are in one database": {"cloudflare-d1", "keep-data", "postgresql"},
    "Caddy asks for one kind of login": {"monolith-oidc", "monolith-password"},
    "main.tsx chooses the page in one way": {"ai-sdk", "page"},
}
"""Recipes of which a project follows at most one, by the reason."""


def apply(project: Path, *names: str) -> dict[str, str]:
    """Apply the changes of recipes to files, without writing them.

    Returns:
        The text of each file.

    Raises:
        AssertionError: A recipe replaces a file that another has changed, or a diff doesn't fit.
    """
    files: dict[str, str] = {}
    for name in names:
        others = {*files} - {".env"}
        for step in read(project, name):
            if file := step.file:
                assert step.language == "diff" or file not in others, f"{name} replaces {file}"
                files[file] = recipes.changed(files.get(file) or text_of(project / file), step)
    return files


@cache
def read(project: Path, name: str) -> list[recipes.Step]:
    """Read a recipe once."""
    return recipes.read(project, name)


@cache
def text_of(path: Path) -> str:
    """Read a file that may not exist."""
    return path.read_text() if path.exists() else ""


def fit(project: Path, first: str, second: str) -> bool:
    """Whether two recipes can be followed in this order."""
    try:
        apply(project, first, second)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_recipes_fit_each_other_unless_they_are_alternatives(
    deployment: str, tmp_path: Path
) -> None:
    project = generate(tmp_path, deployment=deployment, initialize_git="false")
    names = recipes.names(project)
    for name in names:
        apply(project, name)
    unfit = {(one, other) for one, other in permutations(names, 2) if not fit(project, one, other)}
    alternatives = {
        pair
        for group in ALTERNATIVES.values()
        for one, other in combinations(sorted(group & {*names}), 2)
        for pair in ((one, other), (other, one))
    }
    assert unfit == alternatives
