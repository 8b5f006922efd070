"""Every setting of the app: declared once here, read from the environment or `/run/secrets`."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS_FOLDER = Path("/run/secrets")
"""Where Docker and Kubernetes mount secrets as files: https://docs.docker.com/reference/compose-file/secrets/"""


class Settings(BaseSettings):
    """What the app can be told. A field `model_api_key` is set by the variable `MODEL_API_KEY`.

    Use `SecretStr` for what must never show up in a log. `GET /env` reports which of these are
    set, never what they are set to.
    """

    model_config = SettingsConfigDict(
        secrets_dir=SECRETS_FOLDER if SECRETS_FOLDER.is_dir() else None,
        env_ignore_empty=True,
        frozen=True,
    )

    model_api_key: SecretStr | None = Field(
        default=None, description="The key of your model provider; the default answer needs none."
    )
    heartbeat_seconds: float = Field(
        default=15, gt=0, description="How long a stream may be idle before a comment is sent."
    )


class Platform(BaseSettings):
    """Where this process runs; set by the deployment, not by people."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    layout: Literal["development", "cloudflare", "monolith"] = "development"
    region: str | None = Field(default=None, validation_alias="CLOUDFLARE_REGION")
    instance: str | None = Field(default=None, validation_alias="CLOUDFLARE_DURABLE_OBJECT_ID")


@cache
def settings() -> Settings:
    """Read the settings, once.

    Raises:
        pydantic.ValidationError: a variable does not have the form its field asks for.
    """
    return Settings()


@cache
def platform() -> Platform:
    """Read where this process runs, once."""
    return Platform()
