"""The application: what it is made of, and in which order."""

from fastapi import FastAPI

from app import __version__, problems
from app.body_limit import BodyLimit
from app.request_log import RequestLog
from app.routes import api, env, stream
from app.settings import platform


def create_app() -> FastAPI:
    """Build the application.

    Returns:
        The app with its routes. Its interactive documentation, /api/docs, is there in
        development only.
    """
    in_development = platform().layout == "development"
    app = FastAPI(
        title="Backend",
        version=__version__,
        openapi_url="/api/openapi.json" if in_development else None,
        docs_url="/api/docs",
        redoc_url=None,
        redirect_slashes=False,
        responses=problems.PROBLEM_RESPONSES,
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestLog)
    problems.install(app)
    app.include_router(stream.router)
    app.include_router(env.router)
    app.include_router(api.router)
    if in_development:
        from app.openapi import document  # noqa: PLC0415 - costs time that a cold start lacks

        document(app)
    return app


app = create_app()
