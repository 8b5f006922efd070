"""A faster start: the packages listed here import a module when it is first used (PEP 810).

This needs Python 3.15, which the image has; an older Python starts as usual. Imports in the app
itself and in packages that you add stay eager: a missing module is an error at the start, and a
module's side effects happen then.
"""

import sys
from abc import ABC
from typing import Any

PACKAGES = {"anyio", "fastapi", "pydantic", "pydantic_settings", "starlette", "uvicorn"}
"""Other packages gain nothing, or need their imports at once, such as `httpcore2`."""

IMPORTERS = PACKAGES | sys.stdlib_module_names


class SecurityScopes(ABC):  # noqa: B024 - abstract for the sake of `__subclasshook__`
    """Stands in for FastAPI's class of this name until something imports that class.

    FastAPI compares the type of every parameter with its class, and importing it creates the
    models of an OpenAPI document: a fifth of the start of an app that uses neither.
    """

    @classmethod
    def __subclasshook__(cls, kind: type) -> bool:
        """Compare with FastAPI's class; until it is imported, no parameter can have its type."""
        module = sys.modules.get("fastapi.security.oauth2")
        return module is not None and issubclass(kind, module.SecurityScopes)

    def __new__(cls, scopes: list[str] | None = None) -> Any:  # noqa: ANN401 - not of this class
        """Create an instance of FastAPI's class."""
        from fastapi import security  # noqa: PLC0415 - only for apps that use it

        return security.SecurityScopes(scopes)


def allow_lazy_imports() -> None:
    """Let the packages import lazily, if this Python supports it."""
    if sys.version_info >= (3, 15):
        sys.set_lazy_imports_filter(is_lazy)
        sys.set_lazy_imports("all")
        replace_security_scopes()


def is_lazy(importer: str | None, _imported: str, _names: tuple[str, ...] | None) -> bool:
    """Return whether an import may wait: in one of the packages or in the standard library."""
    return (importer or "").partition(".")[0] in IMPORTERS


def replace_security_scopes() -> None:
    """Keep FastAPI from importing its class only to compare types with it."""
    from fastapi.dependencies import utils  # noqa: PLC0415 - once its imports are lazy

    if "SecurityScopes" in vars(utils):
        vars(utils)["SecurityScopes"] = SecurityScopes
