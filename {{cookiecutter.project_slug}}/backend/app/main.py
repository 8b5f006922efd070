"""The application: its parts, and their order."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from app import __version__, routes
from app.model import open_model
from app.server.platform import load_platform
from app.settings import Settings, load_settings
from app.web import problems
from app.web.middleware import BodyLimit, HeadRequests, RequestLog

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    """Open the resources that live as long as the app.

    For a pool of database connections, add `open_pool(settings) as pool` and `"pool": pool`. A
    dependency hands it to endpoints and to `answer()`:

        async def get_pool(connection: HTTPConnection) -> Pool:
            return connection.state.pool

        PoolDep = Annotated[Pool, Depends(get_pool)]
    """
    settings: Settings = app.state.settings
    log.info("Version %s starts as %s", __version__, load_platform().layout)
    async with (
        open_model(settings) as model,
    ):
        yield {
            "model": model,
        }
    log.info("Version %s stops", __version__)


class Backend(FastAPI):
    """A FastAPI application whose OpenAPI document describes problems and event streams."""

    def openapi(self) -> dict[str, Any]:
        """Create the OpenAPI document."""
        from app.web.openapi import complete  # noqa: PLC0415 - not needed to start

        return complete(super().openapi)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Create the application; its documentation, /api/docs, exists in development only.

    The settings are for `lifespan` and for every endpoint; tests pass their own.
    """
    settings = settings or load_settings()
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
    app.state.settings = settings
    app.add_middleware(HeadRequests)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(RequestLog)  # the last one is the outermost
    problems.install(app)
    app.include_router(routes.router)
    return app
