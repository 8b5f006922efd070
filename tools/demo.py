"""Generate an app into `demo/` and serve it: `make demo [answer=…]`.

An answer is any key of cookiecutter.json, given on make's command line or in the environment.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from cookiecutter.exceptions import CookiecutterException
from cookiecutter.main import cookiecutter

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"


def given_answers() -> dict[str, str]:
    """Collect the answers that were given; make passes its variables in the environment."""
    questions = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))
    return {
        key: os.environ[key] for key in questions if not key.startswith("_") and key in os.environ
    }


def main() -> int:
    """Generate afresh, install, serve until Ctrl-C.

    Returns:
        The exit status: 1 where an answer was refused.
    """
    answers = {"initialize_git": "false"} | given_answers()
    shutil.rmtree(DEMO, ignore_errors=True)
    try:
        app = cookiecutter(
            str(ROOT),
            no_input=True,
            extra_context=answers,
            output_dir=str(DEMO),
            default_config=True,
        )
    except (CookiecutterException, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    for command in (["bun", "install", "--frozen-lockfile"], ["bun", "run", "dev"]):
        status = subprocess.run(command, cwd=app, check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # how people stop the app
        sys.exit()
