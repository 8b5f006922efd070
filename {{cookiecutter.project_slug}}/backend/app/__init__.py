"""The backend: a FastAPI application that streams."""

__version__ = "0.1.0"
