"""Lazy imports: which packages use them, and that FastAPI works the same with them."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import FastAPI, Security, security
from fastapi.dependencies import utils
from fastapi.testclient import TestClient

from app.server import lazy_imports

needs_lazy_imports = pytest.mark.skipif(
    sys.version_info < (3, 15), reason="Python has lazy imports from 3.15 on"
)


def run(code: str, folder: Path) -> list[str]:
    """Run code in its own process, and return the words that it printed."""
    path = f"import sys; sys.path[:0] = [{str(Path(__file__).parents[2])!r}, {str(folder)!r}]"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-c", f"{path}\n{code}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("importer", ["fastapi", "fastapi.routing", "uvicorn.server", "email"])
def test_the_listed_packages_and_the_standard_library_are_lazy(importer: str) -> None:
    assert lazy_imports.is_lazy(importer, "json", None)


@pytest.mark.parametrize(
    "importer", [None, "__main__", "app.main", "tests.conftest", "httpcore2", "fastapi_of_others"]
)
def test_everything_else_is_not(importer: str | None) -> None:
    assert not lazy_imports.is_lazy(importer, "json", None)


def test_the_apps_own_imports_run_at_once(tmp_path: Path) -> None:
    (tmp_path / "registry.py").write_text("print('registered')")
    (tmp_path / "mine.py").write_text("import registry")
    assert run("import app.main; print('before'); import mine; print('after')", tmp_path) == [
        "before", "registered", "after",
    ]  # fmt: skip


@needs_lazy_imports
def test_modules_that_no_response_needs_are_not_imported(tmp_path: Path) -> None:
    code = """
from app.main import create_app
create_app()
print(*sys.modules)
"""
    modules = run(code, tmp_path)
    assert "fastapi.routing" in modules
    unused = {"email.message", "fastapi.openapi.models", "fastapi.security", "http.client"}
    assert not unused.intersection(modules)


def greet(scopes: security.SecurityScopes) -> str:
    """Depend on FastAPI's own class."""
    assert type(scopes) is security.SecurityScopes
    return scopes.scope_str


def test_fastapi_gives_its_own_scopes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(utils), "SecurityScopes", security.SecurityScopes)
    lazy_imports.replace_security_scopes()
    app = FastAPI()

    @app.get("/scopes")
    async def scopes(found: Annotated[str, Security(greet, scopes=["read", "write"])]) -> str:
        return found

    with TestClient(app) as client:
        assert client.get("/scopes").json() == "read write"
    assert not issubclass(str, lazy_imports.SecurityScopes)


def test_a_fastapi_without_the_class_is_left_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(vars(utils), "SecurityScopes")
    lazy_imports.replace_security_scopes()
    assert "SecurityScopes" not in vars(utils)
