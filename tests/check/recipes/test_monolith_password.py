"""docs/recipes/monolith-password.md, with a real Caddy in front of the backend."""

from pathlib import Path

import httpx

from tests import recipes
from tests.backend import serve
from tests.check.recipes.caddy import NEEDS_CADDY, caddy
from tests.check.recipes.receiver import receive
from tests.conversation import conversation


@NEEDS_CADDY
def test_only_the_right_password_opens_the_app(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "monolith-password")
    right = ("ada", "correct horse")
    client = httpx.Client(trust_env=False, timeout=60)  # checking a password is slow on purpose
    with client, serve(project, "app.server") as app, caddy(project, {"app:80": app}) as url:
        for wrong in (None, ("ada", "wrong"), ("eve", "correct horse")):
            for path in ("/", "/env", "/api/health"):
                refused = client.get(f"{url}{path}", auth=wrong)
                assert refused.status_code == 401
                assert refused.headers["WWW-Authenticate"].startswith("Basic ")
        assert client.get(f"{url}/env", auth=right).json()["settings"]
        answer = client.post(f"{url}/stream", auth=right, json=conversation("Hello!"))
        assert '"event":"done"' in answer.text.replace(" ", "")


@NEEDS_CADDY
def test_the_app_gets_the_name_and_no_password(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "monolith-password")
    with receive() as app:
        address = f"http://127.0.0.1:{app.server_port}"
        with caddy(project, {"app:80": address}) as url:
            headers = {"X-User": "root"}
            auth = ("ada", "correct horse")
            httpx.post(
                f"{url}/x", auth=auth, headers=headers, content=b"1", trust_env=False, timeout=60
            )
    [got] = app.headers
    assert got["X-User"] == "ada"
    assert "Authorization" not in got
