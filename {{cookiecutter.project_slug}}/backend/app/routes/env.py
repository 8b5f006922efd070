"""`GET /env`: where and how the app runs."""

import platform as python_platform
import socket

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from app import __version__
from app.server.platform import PlatformDep
from app.settings import Settings, SettingsDep

router = APIRouter()


class EnvReport(BaseModel):
    """Where and how the app runs, without the value of any setting."""

    layout: str
    version: str
    python: str
    region: str | None = Field(description="Where the process runs, if the platform says so.")
    instance: str = Field(description="Which of several copies responded.")
    model: str | None = Field(description="The model that answers, or null.")
    settings: dict[str, bool] = Field(description="For each setting, whether it is set.")


@router.get("/env")
async def env(response: Response, settings: SettingsDep, platform: PlatformDep) -> EnvReport:
    """Report where the app runs and which settings are set."""
    response.headers["Cache-Control"] = "no-store"
    return EnvReport(
        layout=platform.layout,
        version=__version__,
        python=python_platform.python_version(),
        region=platform.region,
        instance=platform.instance or socket.gethostname(),
        model=settings.model_name,
        settings={
            name.upper(): name in settings.model_fields_set for name in Settings.model_fields
        },
    )
