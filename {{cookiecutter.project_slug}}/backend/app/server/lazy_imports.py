"""A faster start: the packages listed here import a module when it is first used (PEP 810).

It needs Python 3.15, which the image has; an older Python starts as usual. The imports of the app
itself and of packages that you add stay as they are: a missing module is an error at the start,
and what a module does when it is imported happens then.
"""

import sys
from abc import ABC
from typing import Any

PACKAGES = {"anyio", "fastapi", "pydantic", "pydantic_settings", "starlette", "uvicorn"}
"""The tests pass with these. Others gain nothing, or need their imports at once as `httpcore2`."""

IMPORTERS = PACKAGES | sys.stdlib_module_names


class SecurityScopes(ABC):  # noqa: B024 - abstract for the sake of `__subclasshook__`
    """Stands for FastAPI's class of this name until something imports that.

    FastAPI compares the type of every parameter with its class, and with the class come the
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
    """Let the packages import lazily, where Python can."""
    if sys.version_info >= (3, 15):
        sys.set_lazy_imports_filter(is_lazy)
        sys.set_lazy_imports("all")
        replace_security_scopes()


def is_lazy(importer: str | None, _imported: str, _names: tuple[str, ...] | None) -> bool:
    """Say whether an import may wait until its module is used.

    Args:
        importer: the name of the module that imports.

    Returns:
        Whether that module is part of one of the packages, or of the standard library.
    """
    return (importer or "").partition(".")[0] in IMPORTERS


def replace_security_scopes() -> None:
    """Keep FastAPI from importing its class for comparisons, if this FastAPI would do so."""
    from fastapi.dependencies import utils  # noqa: PLC0415 - once its imports are lazy

    if "SecurityScopes" in vars(utils):
        vars(utils)["SecurityScopes"] = SecurityScopes
