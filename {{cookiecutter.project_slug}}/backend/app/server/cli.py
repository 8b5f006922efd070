"""Print what the code declares, without a server: `python -m app.server.cli --help`."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

# Each command imports what it needs: the settings can be listed even if the app can't be imported.
# ruff: noqa: PLC0415


def print_openapi() -> int:
    """Print the OpenAPI document."""
    from app.main import create_app

    sys.stdout.write(json.dumps(create_app().openapi(), indent=2) + "\n")
    return 0


def print_routes() -> int:
    """Print the paths and methods that the app answers."""
    from app.main import create_app
    from app.server.route_table import describe_routes, format_table

    sys.stdout.write(format_table(describe_routes(create_app())))
    return 0


def print_settings() -> int:
    """Print the names of the required and the optional settings."""
    from app.server.settings_check import variables

    sys.stdout.write(json.dumps(variables()) + "\n")
    return 0


def check_settings() -> int:
    """Print a sentence for each setting that is missing or wrong; then the exit status is 2."""
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
    """Run one command.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m app.server.cli", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        commands.add_parser(name, help=function.__doc__)
    return COMMANDS[parser.parse_args(arguments).command]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
