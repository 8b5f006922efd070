"""The commands that a project's files name, and whether they exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COMMAND = re.compile(r"bun run (?:--silent )?(?:--cwd (\S+) )?(\w[\w-]*(?::\w[\w-]*)*)(?=(.*))")
UNCLEAR = {"preview", "deploy"}
"""Commands that run nothing where an app has two targets; files must name the target."""


def scripts(package: Path) -> dict[str, str]:
    """Read the scripts of a folder's package.json; a folder without one has none."""
    manifest = package / "package.json"
    content: dict[str, Any] = json.loads(manifest.read_text()) if manifest.exists() else {}
    found: dict[str, str] = content.get("scripts", {})
    return found


def parts(root: Path) -> set[str]:
    """List what `bun run check` and `bun run test` accept: folders, and scripts of folders."""
    found = set()
    for manifest in root.glob("*/package.json"):
        for script in scripts(manifest.parent):
            if script == "test" or script.startswith("check:"):
                name = manifest.parent.name
                found |= {name, f"{name}:{script.removeprefix('check:')}"}
    return found


def wrong_commands(text: str, root: Path) -> list[str]:
    """Find commands of bun that do not exist in a project.

    Args:
        text: what names them, such as a document.
        root: the project's folder.

    Returns:
        Each wrong command, without the arguments that are not wrong.
    """
    wrong = []
    for folder, name, rest in COMMAND.findall(text):
        if name not in scripts(root / folder) or (not folder and name in UNCLEAR):
            wrong.append(f"bun run {f'--cwd {folder} ' if folder else ''}{name}")
        elif not folder and name in {"check", "test"}:
            given = re.match(r"(?: [a-z0-9:]+(?![\w.]))*", rest)
            words = given[0].split() if given and re.match(r"[`\s]|$", rest[given.end() :]) else []
            wrong += [f"bun run {name} {word}" for word in words if word not in parts(root)]
    named = re.findall(r"\bbun ([\w./-]+\.ts)", text)
    return wrong + [path for path in named if not (root / path).exists()]


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Read the files of a project that name commands, without what is installed or generated."""
    left_out = {".git", "node_modules", ".venv", "package.json", "dist"}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if path.is_file() and not left_out & {*name.parts} and path.suffix not in {".png", ".ico"}:
            yield name.as_posix(), path.read_text("utf-8")


def wrong_commands_by_file(root: Path) -> dict[str, list[str]]:
    """Find the commands that do not exist in every file of a project, recipes included."""
    found = {name: wrong_commands(text, root) for name, text in texts(root)}
    return {name: wrong for name, wrong in found.items() if wrong}
