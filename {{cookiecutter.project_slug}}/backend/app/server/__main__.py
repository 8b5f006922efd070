"""Run the backend: `python -m app.server`."""

import sys

from app.server.run import run

if __name__ == "__main__":
    sys.exit(run("app.main:create_app"))
