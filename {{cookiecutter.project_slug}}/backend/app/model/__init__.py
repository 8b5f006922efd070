"""The model that answers, if one is configured: any OpenAI-compatible provider."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends
from fastapi.requests import HTTPConnection

from app.settings import Settings

if TYPE_CHECKING:
    from app.model.client import Model


@asynccontextmanager
async def open_model(settings: Settings) -> AsyncGenerator["Model | None"]:
    """Provide the model for as long as the app runs, if the settings name one."""
    if not settings.model_name:
        yield None
        return
    # Importing the client takes a tenth of an app's start, so apps without a model don't do it.
    from app.model.client import Model  # noqa: PLC0415

    async with aclosing(Model(settings)) as model:
        yield model


async def get_model(connection: HTTPConnection) -> "Model | None":
    """Provide the model that `lifespan` has opened to an endpoint or to `answer()`."""
    model: Model | None = connection.state.model
    return model


ModelDep = Annotated["Model | None", Depends(get_model)]
