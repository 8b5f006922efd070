"""Variables that the platform sets, and what is wrong with these and with the settings."""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Depends
from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from app import settings

WRONG_SETTING = 2
"""The exit status if a setting is wrong or the port is taken: starting again doesn't help."""


class Platform(BaseSettings):
    """Where this process runs. The scripts, the image, or the Worker set it."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    layout: Literal["development", "cloudflare", "monolith"] = "development"
    region: str | None = Field(default=None, validation_alias="CLOUDFLARE_REGION")
    instance: str | None = Field(default=None, validation_alias="CLOUDFLARE_DURABLE_OBJECT_ID")


class Listener(BaseSettings):
    """Where the server listens. Set like `Platform`."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    backend_host: str = "127.0.0.1"
    backend_port: int = Field(ge=1, le=65535)
    backend_socket: Path | None = Field(
        default=None, description="A Unix socket to listen on as well, for a proxy on this machine."
    )
    forwarded_allow_ips: str = Field(
        default="127.0.0.1,::1", description="Proxies whose X-Forwarded-* headers are trusted."
    )

    @field_validator("backend_port", mode="before")
    @classmethod
    def explain_kubernetes(cls, value: object) -> object:
        """Reject the address that Kubernetes injects for a Service named `backend`."""
        if isinstance(value, str) and value.startswith("tcp://"):
            raise ValueError(
                "Kubernetes sets this variable for a Service named `backend`, so set "
                "`enableServiceLinks: false` in the pod's spec, or rename the Service"
            )
        return value


@cache
def load_platform() -> Platform:
    """Read once where this process runs; a wrong value raises `pydantic.ValidationError`."""
    return Platform()


async def get_platform() -> Platform:
    """Provide to an endpoint where the process runs."""
    return load_platform()


PlatformDep = Annotated[Platform, Depends(get_platform)]


def report(*sentences: str) -> int:
    """Print what is wrong with the settings, and return the exit status for it."""
    sys.stderr.writelines(f"{sentence}\n" for sentence in sentences)
    return WRONG_SETTING


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
