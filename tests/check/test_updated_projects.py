"""A project of the previous version, with an owner's edits, updates to the current one."""

import re
from pathlib import Path

import pytest

from tests.projects import (
    LAYOUTS,
    PREVIOUS,
    become_current,
    commit,
    cruft,
    generate_from,
    run,
    template_of,
)

ENDPOINT = '''"""`GET /api/items`: what the owner added."""

from fastapi import APIRouter

router = APIRouter()


@router.get("/items")
async def list_items() -> list[str]:
    """List the items."""
    return ["mine"]
'''
NEW_FILE = "backend/app/routes/items.py"
EDITS = {
    "backend/app/answer.py": [("You are a helpful", "You are my helpful")],
    "backend/app/routes/__init__.py": [
        ("from app.routes import", "from app.routes import items\nfrom app.routes import"),
        (
            "# Add your endpoints here: api.include_router(notes.router)",
            "api.include_router(items.router)",
        ),
    ],
    "backend/pyproject.toml": [('    "uvicorn"', '    "tzdata",\n    "uvicorn"')],
    "frontend/package.json": [('    "react":', '    "clsx": "2.1.1",\n    "react":')],
    "frontend/src/App.tsx": [("<h1>{displayName}", "<h1>My {displayName}")],
    "wrangler.toml": [
        ("\n[observability]", 'GREETING = "hello"\n\n[observability]'),
        ("\n[previews.observability]", 'GREETING = "hello"\n\n[previews.observability]'),
    ],
}
"""An owner's edits: texts in both versions, and their replacements."""
LOCKS = ("backend/requirements.txt", "backend/requirements-dev.txt", "bun.lock")


def edit(project: Path, name: str) -> None:
    """Edit a file, if the layout has it."""
    path = project / name
    text = path.read_text("utf-8") if path.exists() else ""
    for was, becomes in EDITS[name] if text else []:
        assert was in text, (name, was)
        text = text.replace(was, becomes, 1)
        path.write_text(text, "utf-8")


def edit_as_an_owner(project: Path) -> None:
    """Edit, add an endpoint and dependencies with their locks, and commit."""
    (project / NEW_FILE).write_text(ENDPOINT)
    for name in EDITS:
        edit(project, name)
    for name in LOCKS:  # stands in for the output of `bun run lock`
        with (project / name).open("a") as lock:
            lock.write("# Locked by the owner.\n")
    commit(project)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("deployment", LAYOUTS)
def test_edits_survive_an_update(deployment: str, tmp_path: Path) -> None:
    template = template_of(PREVIOUS, tmp_path / "template")
    project = generate_from(template, tmp_path, deployment=deployment)
    edit_as_an_owner(project)

    become_current(template)
    said = cruft(project, "update", "--skip-apply-ask")
    assert not list(project.rglob("*.rej"))
    conflicts = set(re.findall(r"^U (.+)$", said, re.MULTILINE))
    assert conflicts <= {*EDITS, *LOCKS}
    for name in conflicts:  # as docs/updating.md says
        run(project, "git", "checkout", "--theirs", name)
        if name in EDITS:
            edit(project, name)

    run(project, "git", "add", "--all")
    fresh = generate_from(template, tmp_path / "fresh", deployment=deployment)
    names = set(run(project, "git", "ls-files").stdout.split()) - {NEW_FILE}
    assert names == set(run(fresh, "git", "ls-files").stdout.split())
    changed = {
        name for name in names if (project / name).read_bytes() != (fresh / name).read_bytes()
    }
    edited = {name for name in EDITS if (project / name).exists()}
    assert edited <= changed <= {*edited, *LOCKS, ".cruft.json"}
    if deployment == "both":  # the others differ from fresh projects only in these files
        for name in LOCKS:
            (project / name).write_bytes((fresh / name).read_bytes())
        run(project, "bun", "install")
        run(project, "bun", "run", "lock")
        run(project, "bun", "run", "types:api")
        parts = ("backend:lint", "backend:types", "frontend:types", "scripts", "worker:config")
        run(project, "bun", "run", "check", *parts)
