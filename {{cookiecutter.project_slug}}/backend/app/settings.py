"""Every setting of the process, read from the environment or from files in `/run/secrets`.

`python -m app.settings` prints which settings are required and which are optional, as JSON;
with `--check`, what is wrong with them.
"""

import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import Depends
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS_FOLDER = Path("/run/secrets")
"""Where Docker and Kubernetes mount secrets: https://docs.docker.com/reference/compose-file/secrets/"""

OPENAI_URL = "https://api.openai.com/v1"

DEVELOPMENT_GRACE_SECONDS = 1
"""The longest that a reload waits for running streams."""


class Settings(BaseSettings):
    """What people set. The variable `MODEL_API_KEY` sets the field `model_api_key`.

    Each field has a line in `.env.example`. Use `SecretStr` for values that must not appear in
    logs. `GET /env` reports which of these are set, never their values.
    """

    model_config = SettingsConfigDict(
        secrets_dir=SECRETS_FOLDER if SECRETS_FOLDER.is_dir() else None,
        env_ignore_empty=True,
        frozen=True,
    )

    model_api_key: SecretStr | None = Field(
        default=None, description="The key of the model provider, if it asks for one."
    )
    model_base_url: str = Field(
        default=OPENAI_URL,
        repr=False,  # it may hold credentials
        description="The OpenAI-compatible API that is asked for answers.",
    )
    model_name: str | None = Field(
        default=None,
        validate_default=True,
        description="The model that answers; without one, the default answer is given.",
    )
    model_connect_seconds: float = Field(
        default=10, gt=0, allow_inf_nan=False, description="How long connecting may take."
    )
    model_idle_seconds: float = Field(
        default=60,
        gt=0,
        allow_inf_nan=False,
        description="How long the model may send nothing before its answer is given up.",
    )
    heartbeat_seconds: float = Field(
        default=15,
        gt=0,
        allow_inf_nan=False,
        description="How long a stream may be idle before a comment is sent.",
    )
    max_body_bytes: int = Field(
        default=1024 * 1024, ge=1, description="The largest request body that is accepted."
    )
    grace_seconds: int = Field(
        default=30, ge=0, description="How long running streams may take to finish after SIGTERM."
    )
    web_concurrency: int = Field(default=1, ge=1, description="Processes that share the port.")
    access_log: bool = Field(default=True, description="Log every request, not only failures.")
    log_format: Literal["text", "json"] = Field(
        default="text", description="`text` for people, `json` for one JSON object per line."
    )

    @field_validator("model_api_key")
    @classmethod
    def check_key(cls, key: SecretStr | None) -> SecretStr | None:
        """Reject what an HTTP header can't hold, such as a line break between two keys."""
        text = key.get_secret_value().strip() if key else ""
        if not (text.isascii() and text.isprintable()):
            raise PydanticCustomError("key", "it holds a character that no key has")
        return SecretStr(text) if text else None

    @field_validator("model_base_url")
    @classmethod
    def check_url(cls, url: str) -> str:
        """Reject what is no URL of an HTTP server."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise PydanticCustomError("url", "it has to start with https:// or http://")
        return url

    @field_validator("model_name")
    @classmethod
    def require_name(cls, name: str | None, info: ValidationInfo) -> str | None:
        """Require a name if anything else about the model is set."""
        url = info.data.get("model_base_url", OPENAI_URL)
        if name is None and (info.data.get("model_api_key") or url != OPENAI_URL):
            raise PydanticCustomError(
                "incomplete", "MODEL_API_KEY or MODEL_BASE_URL is set, but no model to ask"
            )
        return name


class Platform(BaseSettings):
    """Where this process runs. Set by the scripts, the image or the Worker, not by people."""

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
            raise PydanticCustomError(
                "service_link",
                "Kubernetes sets this variable for a Service named `backend`: set "
                "`enableServiceLinks: false` in the pod's spec, or rename the Service",
            )
        return value


@cache
def load_settings() -> Settings:
    """Read the settings once.

    Raises:
        pydantic.ValidationError: a variable is missing or has a wrong value.
        pydantic_settings.SettingsError: a secret's file can't be read.
    """
    return Settings()


@cache
def load_platform() -> Platform:
    """Read once where this process runs.

    Raises:
        pydantic.ValidationError: a variable has a wrong value.
    """
    return Platform()


async def get_settings() -> Settings:
    """Provide the settings to an endpoint; asynchronous, so that no thread is needed."""
    return load_settings()


async def get_platform() -> Platform:
    """Provide to an endpoint where the process runs."""
    return load_platform()


SettingsDep = Annotated[Settings, Depends(get_settings)]
PlatformDep = Annotated[Platform, Depends(get_platform)]


def find_problems() -> list[str]:
    """Check every setting.

    Returns:
        A sentence for each variable that is missing, wrong or unreadable.
    """
    sentences = dict(unreadable_secrets())
    for model in (Settings, Platform, Listener):
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
    folder = Settings.model_config.get("secrets_dir")
    for path in Path(str(folder)).iterdir() if folder else ():
        if path.name.lower() in Settings.model_fields:
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
    for name, field in Settings.model_fields.items():
        names["required" if field.is_required() else "optional"].append(name.upper())
    return names


def main(arguments: list[str]) -> int:
    """List the settings, or with `--check` print what is wrong with them.

    Returns:
        The exit status: 2 if a setting is wrong.
    """
    if arguments != ["--check"]:
        sys.stdout.write(json.dumps(variables()) + "\n")
        return 0
    sentences = find_problems()
    sys.stderr.writelines(f"{sentence}\n" for sentence in sentences)
    return 2 if sentences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
