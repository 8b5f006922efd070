"""Which settings the app has, and what is wrong with their values."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app import settings
from app.server.platform import Listener, Platform


def find_errors() -> list[str]:
    """Write a sentence for each variable that is missing, not valid, or not readable."""
    sentences = dict(unreadable_secrets())
    for model in (settings.Settings, Platform, Listener):
        try:
            model(_secrets_dir=[] if sentences else None)
        except ValidationError as error:
            for details in error.errors():
                name = str(details["loc"][0]).upper()
                sentences.setdefault(name, describe(name, details))
    return list(sentences.values())


def unreadable_secrets() -> Iterator[tuple[str, str]]:
    """Find the secrets whose files can't be read: their variables, and a sentence for each."""
    folder = settings.Settings.model_config.get("secrets_dir")
    for path in Path(str(folder)).iterdir() if folder else ():
        if path.name.lower() in settings.Settings.model_fields:
            try:
                path.read_text()
            except (OSError, UnicodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is not text"
                yield path.name.upper(), f"{path.name.upper()}: {path} can't be read: {reason}."


def describe(name: str, details: ErrorDetails) -> str:
    """Write a sentence about a wrong setting, without its value, which may be a secret."""
    if details["type"] == "missing":
        return f"{name} is missing: set it in .env, or in the environment of the container."
    reason = details["msg"].removeprefix("Value error, ")
    return f"{name} is wrong: {reason}. Set it in .env, or in the environment."


def variables() -> dict[str, list[str]]:
    """List the variables that users set, under `required` and `optional`."""
    names: dict[str, list[str]] = {"required": [], "optional": []}
    for name, field in settings.Settings.model_fields.items():
        names["required" if field.is_required() else "optional"].append(name.upper())
    return names
