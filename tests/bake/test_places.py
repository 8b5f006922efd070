"""The places of code in a generated project: allowed imports, and names that never collide."""

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.bake.test_generation import TREES
from tests.projects import LAYOUTS, run
from tools.generate import ROOT

FRONTEND = ROOT / "{{cookiecutter.project_slug}}" / "frontend" / "src"

MAY_IMPORT = {
    "api": set(),
    "ui": {"api"},
    "markdown": {"ui"},
    "chat": {"api", "markdown", "ui"},
    "": {"api", "chat", "ui"},
}
"""The folders of frontend/src that each one may import from; "" holds the owner's files."""

IMPORTED = re.compile(r"""(?:\bfrom|\bimport|@import|\bmock)\s*\(?\s*["'](\.[^"']+)["']""")


def folder_of(path: Path) -> str:
    """Return the first folder below frontend/src on the way to a file."""
    return path.relative_to(FRONTEND).parts[0] if path.parent != FRONTEND else ""


def test_each_folder_of_the_frontend_imports_only_what_it_may() -> None:
    wrong, seen = [], set()
    for path in sorted(FRONTEND.rglob("*.ts*")):
        for name in IMPORTED.findall(path.read_text()):
            target = Path(os.path.normpath(path.parent / name))
            if not target.is_relative_to(FRONTEND):  # package.json
                continue
            importer, imported = folder_of(path), folder_of(target)
            seen.add((importer, imported))
            if imported != importer and imported not in MAY_IMPORT[importer]:
                wrong.append(f"{path.relative_to(FRONTEND)} imports {name}")
    assert wrong == []
    allowed = {(importer, imported) for importer, them in MAY_IMPORT.items() for imported in them}
    assert allowed <= seen  # no unneeded permission


def test_the_first_level_of_the_frontend_is_short() -> None:
    assert len(list(FRONTEND.iterdir())) <= 12


def colliding(names: list[str]) -> list[list[str]]:
    """Find names of one folder that are the same file, or the same import, if case is ignored."""
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        path = Path(name)
        for entry in (path, *path.parents):
            seen[entry.as_posix().casefold()].add(entry.as_posix())
        if path.suffix in {".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".json"}:
            seen[f"import {path.with_suffix('')}".casefold()].add(name)
        if path.stem == "index" and path.suffix in {".ts", ".tsx", ".js"}:
            seen[f"import {path.parent}".casefold()].add(name)
        if path.suffix == ".py":
            package = path.parent if path.name == "__init__.py" else path.with_suffix("")
            seen[f"module {package}".casefold()].add(name)
    return sorted(sorted(found) for found in seen.values() if len(found) > 1)


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_no_two_files_differ_only_in_case_or_extension(deployment: str) -> None:
    assert colliding((TREES / f"{deployment}.txt").read_text().splitlines()) == []


def test_no_two_files_of_the_template_do_either() -> None:
    assert colliding(run(ROOT, "git", "ls-files").stdout.splitlines()) == []


@pytest.mark.parametrize(
    "names",
    [
        ["a/Conversation.tsx", "a/conversation.ts"],
        ["a/README.md", "a/readme.md"],
        ["Docs/a.md", "docs/b.md"],
        ["a/chat.ts", "a/Chat/index.ts"],
        ["app/model.py", "app/model/__init__.py"],
    ],
)
def test_a_collision_is_found(names: list[str]) -> None:
    assert colliding(names)
