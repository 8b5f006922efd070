"""Print what the code declares, without a server: `python -m app.server.cli --help`."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

# Each command imports what it needs: the settings can be listed even if the app can't be imported.
# ruff: noqa: PLC0415


def create_plain_app() -> "FastAPI":
    """Create the app as its code declares it, whatever settings this machine has."""
    from app.main import create_app
    from app.settings import Settings

    for name in list(os.environ):
        if name.lower() in Settings.model_fields:
            del os.environ[name]
    Settings.model_config["secrets_dir"] = None
    return create_app(Settings.model_construct())


def print_openapi() -> int:
    """Print the OpenAPI document."""
    from app.web.openapi import NameClashError

    try:
        document = create_plain_app().openapi()
    except NameClashError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    return 0


def print_routes() -> int:
    """Print the paths and methods that the app answers."""
    from app.server.route_table import describe_routes, format_table

    sys.stdout.write(format_table(describe_routes(create_plain_app())))
    return 0


def print_settings() -> int:
    """Print the names of the required and the optional settings."""
    from app.server.settings_check import variables

    sys.stdout.write(json.dumps(variables()) + "\n")
    return 0


def check_settings() -> int:
    """Print a sentence for each setting that is missing or not valid, with exit status 2."""
    from app.server.settings_check import find_errors

    sentences = find_errors()
    sys.stderr.writelines(f"{sentence}\n" for sentence in sentences)
    return 2 if sentences else 0


COMMANDS: dict[str, Callable[[], int]] = {
    "openapi": print_openapi,
    "routes": print_routes,
    "settings": print_settings,
    "check-settings": check_settings,
}


def main(arguments: Sequence[str]) -> int:
    """Run one command, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m app.server.cli", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        commands.add_parser(name, help=function.__doc__)
    return COMMANDS[parser.parse_args(arguments).command]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
