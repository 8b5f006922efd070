"""A project of the oldest supported version, edited as owners edit it, becomes a current one."""

import json
import re
from pathlib import Path

import pytest

from tests.projects import (
    LAYOUTS,
    become_current,
    commit,
    cruft,
    generate_from,
    run,
    template_of,
)

OLDEST = "e6ebb5c"
"""The first commit of the template that has every layout, with its locks."""

ENDPOINT = '''"""`GET /api/items`: what the owner added."""

from fastapi import APIRouter

router = APIRouter({prefix})


@router.get("/items")
async def list_items() -> list[str]:
    """List the items."""
    return ["mine"]
'''
NEW_FILE = "backend/app/routes/items.py"
EDITS = {
    "backend/app/answer.py": ("    for word in re", '    yield "Mine. "\n    for word in re'),
    "backend/app/main.py": (
        "    app.include_router(api.router)\n",
        "    app.include_router(api.router)\n    app.include_router(items.router)\n",
    ),
    "backend/pyproject.toml": ('"uvicorn"]', '"uvicorn", "tzdata"]'),
    "frontend/package.json": ('    "react":', '    "clsx": "2.1.1",\n    "react":'),
    "frontend/src/App.tsx": ("<h1>{displayName}", "<h1>My {displayName}"),
    "wrangler.toml": ("[observability]", 'GREETING = "hello"\n\n[observability]'),
}
"""What an owner changes in the oldest version: a text by another."""

MOVED = {
    "backend/app/answer.py": ("    async with acl", '    yield "Mine. "\n    async with acl'),
    "backend/app/routes/__init__.py": (
        "# Add your endpoints here: api.include_router(notes.router)",
        "api.include_router(items.router)",
    ),
    "backend/pyproject.toml": ('    "uvicorn"', '    "tzdata",\n    "uvicorn"'),
}
"""The same for the current version, where the text to change is another one."""

LOCKS = ("backend/requirements.txt", "backend/requirements-dev.txt", "bun.lock")
MAY_CONFLICT = {*LOCKS, "frontend/src/App.tsx"}
"""Where it depends on the latest change of the template."""


def edit(project: Path, name: str, was: str, becomes: str) -> None:
    """Replace a text in a file, which must have it."""
    text = (project / name).read_text("utf-8")
    assert was in text, (name, was)
    (project / name).write_text(text.replace(was, becomes, 1), "utf-8")


def edit_as_an_owner(project: Path) -> None:
    """Edit, add an endpoint and dependencies, lock them, and commit."""
    (project / NEW_FILE).write_text(ENDPOINT.format(prefix='prefix="/api"'))
    for name, (was, becomes) in EDITS.items():
        if (project / name).exists():
            edit(project, name, was, becomes)
    edit(project, "backend/app/main.py", "import api, env,", "import api, env, items,")
    run(project, "bun", "install", "--lockfile-only", "--ignore-scripts")
    flags = ("--universal", "--generate-hashes", "--no-header", "--no-emit-index-url", "--quiet")
    for lock in LOCKS[:2]:
        group = ("--group", "dev") if "dev" in lock else ()
        command = ("uv", "pip", "compile", *flags, *group, "pyproject.toml")
        run(project / "backend", *command, "--output-file", Path(lock).name)
    commit(project)


def resolve(project: Path, conflicts: set[str]) -> None:
    """Do what CHANGELOG.md and docs/updating.md leave to the owner."""
    run(project, "git", "checkout", "--theirs", *conflicts)
    for name in conflicts - {*LOCKS, "backend/app/main.py"}:
        edit(project, name, *(MOVED.get(name) or EDITS[name]))
    (project / NEW_FILE).write_text(ENDPOINT.format(prefix=""))
    routes = "backend/app/routes/__init__.py"
    edit(project, routes, *MOVED[routes])
    edit(project, routes, "import env, health,", "import env, health, items,")
    if (project / "wrangler.toml").exists():
        edit(project, "wrangler.toml", "[previews.vars]\n", '[previews.vars]\nGREETING = "hello"\n')
    run(project, "bun", "install")
    run(project, "bun", "run", "lock")


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_edits_survive_the_update_from_the_oldest_version(deployment: str, tmp_path: Path) -> None:
    template = template_of(OLDEST, tmp_path / "template")
    project = generate_from(template, tmp_path, deployment=deployment)
    edit_as_an_owner(project)

    become_current(template)
    said = cruft(project, "update", "--skip-apply-ask")
    assert not list(project.rglob("*.rej"))
    conflicts = set(re.findall(r"^U (.+)$", said, re.MULTILINE))
    assert conflicts - MAY_CONFLICT == {  # both have changed the same lines
        "backend/app/answer.py",
        "backend/app/main.py",
        "backend/pyproject.toml",
        "frontend/package.json",
    }
    resolve(project, conflicts)
    assert "<h1>My {displayName}" in (project / "frontend/src/App.tsx").read_text()
    assert json.loads((project / "frontend/package.json").read_text())["dependencies"]["clsx"]

    run(project, "git", "add", "--all")
    names = set(run(project, "git", "ls-files").stdout.split()) - {NEW_FILE}
    fresh = generate_from(template, tmp_path / "fresh", deployment=deployment)
    assert names == set(run(fresh, "git", "ls-files").stdout.split())
    changed = {n for n in names if (project / n).read_bytes() != (fresh / n).read_bytes()}
    kept = {name for name in {*EDITS, *MOVED} if (project / name).exists()}
    assert changed == {*kept, *LOCKS, ".cruft.json"} - {"backend/app/main.py"}
    if deployment == "both":  # the others differ from fresh projects in these files alone
        run(project, "bun", "run", "types:api")
        run(project, "bun", "run", "types:worker")
        run(project, "bun", "run", "check", seconds=900)
