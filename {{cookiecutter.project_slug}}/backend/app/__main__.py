"""Run the backend: `python -m app`."""

import sys

from app.server import run

if __name__ == "__main__":
    sys.exit(run("app.main:create_app"))
