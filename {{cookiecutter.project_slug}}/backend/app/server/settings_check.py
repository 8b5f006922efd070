"""The settings: which there are, and what is wrong with them."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app import settings
from app.server.platform import Listener, Platform


def find_errors() -> list[str]:
    """Check every setting.

    Returns:
        A sentence for each variable that is missing, wrong or unreadable.
    """
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
    """Find the secrets whose files can't be read.

    Yields:
        The variable's name, and a sentence for its user.
    """
    folder = settings.Settings.model_config.get("secrets_dir")
    for path in Path(str(folder)).iterdir() if folder else ():
        if path.name.lower() in settings.Settings.model_fields:
            try:
                path.read_text()
            except (OSError, UnicodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is not text"
                yield path.name.upper(), f"{path.name.upper()}: {path} can't be read: {reason}."


def describe(name: str, details: ErrorDetails) -> str:
    """Write a sentence about a wrong setting.

    Args:
        name: the variable.
        details: what pydantic found; its input is left out because it may be a secret.

    Returns:
        The sentence, with the place to set the variable.
    """
    if details["type"] == "missing":
        return f"{name} is missing: set it in .env, or in the environment of the container."
    if details["type"] == "incomplete":
        return f"{name} is missing: {details['msg']}. Set it in .env, or in the environment."
    if details["type"] == "service_link":
        return f"{name} is no port. {details['msg']}."
    return f"{name} is wrong: {details['msg']}. Set it in .env, or in the environment."


def variables() -> dict[str, list[str]]:
    """List the variables that people set.

    Returns:
        Their names, under `required` and `optional`.
    """
    names: dict[str, list[str]] = {"required": [], "optional": []}
    for name, field in settings.Settings.model_fields.items():
        names["required" if field.is_required() else "optional"].append(name.upper())
    return names
