"""Bounds on the size of a generated project, and the names of its files."""

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from tests.projects import LAYOUTS, generate, run
from tests.rendered_hook import ROOT

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
TREES = Path(__file__).parent / "trees"

IMPORTED = {".py": ".py"} | dict.fromkeys((".js", ".json", ".jsx", ".mjs", ".ts", ".tsx"), ".js")
"""The language of each extension that an import may leave out."""
GENERATED = re.compile(
    r"(^|/)(bun\.lock|requirements\S*\.txt|\S*\.gen\.\w+|worker-configuration\.d\.ts)$"
)
TESTS = re.compile(r"(^|/)(tests?|e2e)/|\.test\.tsx?$|(^|/)testing\.ts$")
DOCUMENTS = re.compile(r"\.md$|^docs/")
CONSTANT = re.compile(r"^(?:export )?const [A-Z][A-Z_]*\b.* = [\d.]", re.MULTILINE)


def tree(layout: str) -> list[str]:
    """List the files of a layout, which `test_generation.py` compares with a real project."""
    return (TREES / f"{layout}.txt").read_text().splitlines()


@cache
def sizes() -> dict[str, int]:
    """Count what an owner gets in a default project."""
    names = [name for name in tree("cloudflare") if name != ".cruft.json"]
    written = [name for name in names if not GENERATED.search(name)]
    own = [name for name in written if not DOCUMENTS.search(name)]
    tests = [name for name in own if TESTS.search(name)]
    router = "".join((TEMPLATE / name).read_text() for name in names if "worker/scaling/" in name)
    return {
        "lines of code": lines(set(own) - set(tests)),
        "lines of tests": lines(tests),
        "files that are not documents": len(own),
        "constants of the router": len(CONSTANT.findall(router)),
        **{f"entries of {folder}": entries(names, folder) for folder in FOLDERS},
    }


def lines(names: Iterable[str]) -> int:
    """Count the lines of files."""
    return sum(len((TEMPLATE / name).read_text("utf-8").splitlines()) for name in names)


def entries(names: list[str], folder: str) -> int:
    """Count the files and folders at the first level of a folder."""
    below = (name.removeprefix(f"{folder}/") for name in names if name.startswith(f"{folder}/"))
    return len({name.split("/")[0] for name in below})


FOLDERS = ("backend/app", "frontend/src", "worker", "scripts")
ADDED = {
    "errors, endings, and text as other providers send them": 274,
    "images under any umask, with packages from private registries": 76,
    "editing, copying, and exporting answers, and keys": 244,
    "answers without a model, and how to configure one": 82,
    "dependencies of `answer()`, and responses that break no connection": 66,
    "fixing, and checking what changed": 57,
    "credentials that stay with the tools, and faults that were silent": 138,
    "citations": 53,
    "Cloudflare's services, and a test of the image before a deployment": 206,
    "files in forms, and streams of the app's own": 78,
}
"""The lines that features added after the bound of 7,300 was set for a project without them.

Each is the sum of `git log --numstat` over the commits that are about the feature.
"""
BOUNDS = {
    "lines of code": 7300 + sum(ADDED.values()),
    "lines of tests": 5000,
    "files that are not documents": 165,
    "constants of the router": 6,
    "entries of backend/app": 9,
    "entries of frontend/src": 12,
    "entries of worker": 9,
    "entries of scripts": 16,
}


@pytest.mark.parametrize(("measure", "bound"), BOUNDS.items())
def test_a_project_stays_small(measure: str, bound: int) -> None:
    assert 0 < sizes()[measure] <= bound


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_root_has_few_scripts(layout: str, tmp_path: Path) -> None:
    project = generate(tmp_path, deployment=layout, initialize_git="false")
    assert len(json.loads((project / "package.json").read_text())["scripts"]) <= 22


def clashes(names: Iterable[str]) -> list[list[str]]:
    """Find files that an import, or a file system that ignores case, could take for each other."""
    found: dict[PurePosixPath, list[str]] = {}
    for name in names:
        path = PurePosixPath(name.lower())
        if language := IMPORTED.get(path.suffix):
            path = path.parent if path.stem in ("index", "__init__") else path
            path = path.with_suffix(language)
        found.setdefault(path, []).append(name)
    return [same for same in found.values() if len(same) > 1]


def test_no_two_files_could_be_taken_for_each_other() -> None:
    listed = run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard").stdout
    assert clashes(listed.splitlines()) == []
    assert [found for layout in LAYOUTS if (found := clashes(tree(layout)))] == []


@pytest.mark.parametrize(
    ("names", "clash"),
    [
        (["src/Conversation.tsx", "src/conversation.ts"], True),
        (["app/model.py", "app/model/__init__.py"], True),
        (["src/api.ts", "src/api/index.ts"], True),
        (["README.md", "readme.md"], True),
        (["src/App.tsx", "src/App.test.tsx", "src/app.css", "e2e/app.ts"], False),
    ],
)
def test_names_that_clash_are_found(names: list[str], clash: bool) -> None:
    assert bool(clashes(names)) is clash
