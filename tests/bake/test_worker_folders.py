"""Which module of the Worker may import which."""

import re
from pathlib import Path

WORKER = Path(__file__).parents[2] / "{{cookiecutter.project_slug}}" / "worker"
FOLDERS = {"http", "scaling", "test"}
SCALING = {"index.ts": {"scaling/router"}, "backend.ts": {"scaling/gauge"}}
"""What modules outside of `scaling/` import from it. Other modules import nothing from it."""


def imports(module: Path) -> set[str]:
    """Return the Worker's own modules that a module imports, relative to `worker/`."""
    found = re.findall(r'\bfrom "(\.[^"]+)"', module.read_text("utf-8"))
    paths = [(module.parent / name).resolve() for name in found]
    return {str(path.relative_to(WORKER)) for path in paths if path.is_relative_to(WORKER)}


def test_the_first_level_has_at_most_nine_entries() -> None:
    entries = {path.name for path in WORKER.iterdir()} - {"node_modules", ".wrangler"}
    assert len(entries) <= 9, entries
    assert {path.name for path in WORKER.iterdir() if path.name in FOLDERS} == FOLDERS


def test_each_side_imports_its_own_half_of_the_scaling_code() -> None:
    for module in [*WORKER.glob("*.ts"), *WORKER.glob("http/*.ts")]:
        found = {name for name in imports(module) if name.startswith("scaling/")}
        assert found == SCALING.get(module.name, set()), module


def test_no_folder_imports_the_modules_that_use_it() -> None:
    for folder in ("http", "scaling"):
        for module in (WORKER / folder).glob("*.ts"):
            assert all(name.startswith(f"{folder}/") for name in imports(module)), module
