"""Generate an app into `demo/` and serve it: `make demo [answer=…]`.

An answer is any key of cookiecutter.json, given on make's command line or in the environment.
"""

import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.generate import ROOT, generate

DEMO = ROOT / "demo"
STAMP = DEMO / ".generated"
"""A file as old as the generated app: any newer file is an edit."""
INSTALLED = {".venv", "node_modules", "dist", "__pycache__", ".wrangler", "test-results"}
"""Folders that the app's commands write."""


def given_answers() -> dict[str, str]:
    """Collect the given answers; make passes its variables in the environment."""
    questions = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))
    return {
        key: os.environ[key] for key in questions if not key.startswith("_") and key in os.environ
    }


def is_edited() -> bool:
    """Return whether someone has changed the app since it was generated."""
    if not STAMP.exists():
        return DEMO.exists()
    generated = STAMP.stat().st_mtime
    for folder, folders, files in os.walk(DEMO):
        folders[:] = [name for name in folders if name not in INSTALLED and "cache" not in name]
        if any((Path(folder) / name).lstat().st_mtime > generated for name in files):
            return True
    return False


def make_room() -> None:
    """Remove the last run's app, or rename it if someone has edited it."""
    if is_edited():
        free = (path for n in itertools.count(1) if not (path := ROOT / f"demo-{n}").exists())
        kept = DEMO.rename(next(free))
        print(f"demo/ has edits, so it was renamed to {kept.name}/.")
    shutil.rmtree(DEMO, ignore_errors=True)


def main() -> int:
    """Generate and install the app, and serve it until Ctrl-C.

    Returns:
        The exit status: 1 if an answer was rejected.
    """
    make_room()
    try:
        app = generate(DEMO, **{"initialize_git": "false"} | given_answers())
    except subprocess.CalledProcessError:
        return 1
    STAMP.touch()
    print(
        f"Generated {app.relative_to(ROOT)}; installing its packages and starting it.", flush=True
    )
    for command in (["bun", "install", "--frozen-lockfile"], ["bun", "run", "dev"]):
        status = subprocess.run(command, cwd=app, check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # this is how users stop the app
        sys.exit()
