"""Variables that the platform sets: where the app runs, and where its server listens."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Depends
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


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
