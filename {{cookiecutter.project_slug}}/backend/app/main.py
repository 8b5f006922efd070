"""The application: what it is made of, and in which order."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from app import __version__, routes
from app.model import open_model
from app.server.platform import load_platform
from app.settings import load_settings
from app.web import problems
from app.web.body_limit import BodyLimit
from app.web.methods import HeadRequests
from app.web.request_log import RequestLog

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Open before the first request what lives as long as the app, and close it after the last.

    A pool of database connections belongs here, beside the model:

        async with open_model(), open_pool() as pool:
            yield {"pool": pool}

    Endpoints find it as `request.state.pool`.
    """
    log.info("Version %s starts as %s", __version__, load_platform().layout)
    async with open_model():
        yield
    log.info("Version %s stops", __version__)


class Backend(FastAPI):
    """A FastAPI application whose OpenAPI document describes problems and event streams."""

    def openapi(self) -> dict[str, Any]:
        """Create the OpenAPI document."""
        from app.web.openapi import complete  # noqa: PLC0415 - not needed to start

        return complete(self, super().openapi)


def create_app() -> FastAPI:
    """Create the application.

    Returns:
        The app with its endpoints. Its documentation, /api/docs, exists in development only.
    """
    in_development = load_platform().layout == "development"
    app = Backend(
        title="Backend",
        version=__version__,
        openapi_url="/api/openapi.json" if in_development else None,
        docs_url="/api/docs",
        redoc_url=None,
        redirect_slashes=False,
        responses=problems.PROBLEM_RESPONSES,
        lifespan=lifespan,
    )
    app.add_middleware(HeadRequests)
    app.add_middleware(BodyLimit, max_bytes=load_settings().max_body_bytes)
    app.add_middleware(RequestLog)
    problems.install(app)
    app.include_router(routes.router)
    return app
