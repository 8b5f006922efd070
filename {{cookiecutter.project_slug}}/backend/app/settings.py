"""The settings: environment variables, or files in /run/secrets. Add yours to `Settings`."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import Depends
from fastapi.requests import HTTPConnection
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS_FOLDER = Path("/run/secrets")
"""Where Docker and Kubernetes mount secrets: https://docs.docker.com/reference/compose-file/secrets/"""

OPENAI_URL = "https://api.openai.com/v1"

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Settings(BaseSettings):
    """User settings. The variable `MODEL_API_KEY` sets the field `model_api_key`.

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
        repr=False,  # it may contain credentials
        description="The OpenAI-compatible API that answers.",
    )
    model_name: str | None = Field(
        default=None,
        validate_default=True,
        description="The model that answers; without one, the app gives its default answer.",
    )
    model_connect_seconds: Seconds = Field(
        default=10, description="How long connecting to the model may take."
    )
    model_idle_seconds: Seconds = Field(
        default=60, description="How long the model may send nothing before its answer fails."
    )
    heartbeat_seconds: Seconds = Field(
        default=15, description="How long a stream may be idle before it sends a comment."
    )
    max_body_bytes: int = Field(
        default=1024 * 1024, ge=1, description="The largest request body that the app accepts."
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
        """Reject characters that an HTTP header can't contain, such as a line break."""
        text = key.get_secret_value().strip() if key else ""
        if not (text.isascii() and text.isprintable()):
            raise ValueError("it contains a character that no key has")
        return SecretStr(text) if text else None

    @field_validator("model_base_url")
    @classmethod
    def check_url(cls, url: str) -> str:
        """Reject anything but the URL of an HTTP server."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("it has to start with https:// or http://")
        return url

    @field_validator("model_name")
    @classmethod
    def require_name(cls, name: str | None, info: ValidationInfo) -> str | None:
        """Require a name if anything else about the model is set."""
        url = info.data.get("model_base_url", OPENAI_URL)
        if name is None and (info.data.get("model_api_key") or url != OPENAI_URL):
            raise ValueError("MODEL_API_KEY or MODEL_BASE_URL is set, but the model has no name")
        return name


@cache
def load_settings() -> Settings:
    """Read the settings once; raises `ValidationError` or `SettingsError` if that fails."""
    return Settings()


async def get_settings(connection: HTTPConnection) -> Settings:
    """Provide the settings that `create_app` was given to an endpoint or to `answer()`."""
    settings: Settings = connection.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]
