"""The model that answers, if one is configured: any OpenAI-compatible provider."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING

from app.settings import load_settings

if TYPE_CHECKING:
    from app.model.client import Model


@cache
def get_model() -> "Model | None":
    """Return the model of this process.

    Returns:
        The model, or None if the settings name none.
    """
    if not load_settings().model_name:
        return None
    # The client is a tenth of the start of an app, so an app without a model does not import it.
    from app.model.client import Model  # noqa: PLC0415

    return Model(load_settings())


@asynccontextmanager
async def open_model() -> AsyncGenerator[None]:
    """Keep the model's connections open for as long as the app runs."""
    model = get_model()
    try:
        yield
    finally:
        get_model.cache_clear()
        if model:
            await model.close()
