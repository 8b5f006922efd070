"""Which part of a project's backend imports which other part."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.projects import template

APP = template() / "{{cookiecutter.project_slug}}" / "backend" / "app"

ALLOWED = {
    "settings": set(),
    "web": set(),
    "chat": {"server", "web"},
    "model": {"chat", "settings"},
    "answer": {"chat", "model", "settings"},
    "server": {"settings", "web"},
    "routes": {"answer", "chat", "model", "server", "settings", "web"},
    "main": {"model", "routes", "server", "settings", "web"},
}
"""For each entry of `backend/app`, the other entries that its modules may import."""

ENTRY_POINTS = {"app.server.__main__", "app.server.cli"}
"""Modules that nothing imports: they may import everything."""


def module_of(path: Path) -> str:
    """Name the module in a file."""
    parts = path.relative_to(APP.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in APP.rglob("*.py")}


def imported(path: Path) -> Iterator[str]:
    """Find the app's modules that a module imports, also inside of its functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "") in MODULES:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in MODULES else str(node.module)


def room(module: str) -> str:
    """Name the entry of `backend/app` that a module belongs to."""
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("module", sorted(set(MODULES) - ENTRY_POINTS - {"app"}))
def test_a_module_imports_only_from_the_rooms_that_it_may(module: str) -> None:
    rooms = {room(name) for name in imported(MODULES[module])} - {"", room(module)}
    assert rooms <= ALLOWED[room(module)]


def test_no_module_imports_an_entry_point() -> None:
    assert not ENTRY_POINTS & {name for path in MODULES.values() for name in imported(path)}


def test_no_imports_go_in_a_circle() -> None:
    graph = {module: set(imported(path)) - {"app"} for module, path in MODULES.items()}
    TopologicalSorter(graph).prepare()


def test_each_room_is_named_once_and_the_first_level_is_short() -> None:
    entries = {path.name.removesuffix(".py") for path in APP.iterdir() if path.name[:2] != "__"}
    assert entries == ALLOWED.keys()
    assert len(entries) + 1 <= 9
