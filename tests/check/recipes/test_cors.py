"""docs/recipes/cors.md and its section in docs/cloudflare.md: other origins can read errors too."""

import json
from pathlib import Path

import httpx

from tests import recipes
from tests.backend import serve
from tests.projects import run

ORIGIN = "https://page.example"
BROKEN = '''

async def fail() -> None:
    """Fail unexpectedly."""
    raise RuntimeError


router.add_api_route("/broken-x", fail)
'''


def test_another_origin_can_read_every_response(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "cors")
    recipes.check_backend(project)
    health = project / "backend/app/routes/health.py"
    health.write_text(health.read_text() + BROKEN)
    headers = {"Origin": ORIGIN}
    with (
        serve(project, "app.server") as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False) as client,
    ):
        preflight = client.options("/stream", headers={"Access-Control-Request-Method": "POST"})
        responses = {
            200: client.get("/api/health"),
            404: client.get("/api/missing"),
            413: client.post("/stream", content=b" " * (1024 * 1024 + 1)),
            422: client.post("/stream", json={}),
            500: client.get("/api/broken-x"),
        }
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    for status, response in responses.items():
        assert response.status_code == status
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert response.headers["x-request-id"]


ERRORS = """
const { problem, unavailable } = await import("./worker/http/problems.ts");
const responses = [problem(429, "Wait."), problem(413, "Shorten it."), unavailable("id", "down")];
const name = "Access-Control-Allow-Origin";
console.log(JSON.stringify(responses.map((one) => [one.status, one.headers.get(name)])));
"""


def test_another_origin_can_read_the_workers_errors(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "cors")
    recipes.change_file(project, "docs/cloudflare.md", "worker/http/problems.ts")
    printed = run(project, "bun", "-e", ERRORS).stdout
    assert json.loads(printed.splitlines()[-1]) == [[429, ORIGIN], [413, ORIGIN], [503, ORIGIN]]
    routes = json.loads((project / "worker/http/routes.gen.json").read_text())
    assert routes["preflight"]
