"""The backend: a FastAPI application that streams."""

from app.server.lazy_imports import allow_lazy_imports

__version__ = "0.1.0"

allow_lazy_imports()
