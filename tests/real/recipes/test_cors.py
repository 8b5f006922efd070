"""docs/recipes/cors.md and its section in docs/monolith.md: other origins can read errors too."""

from pathlib import Path

import httpx

from tests import recipes
from tests.conversation import conversation
from tests.real.docker import docker as run_docker
from tests.real.monolith.container import Container

ORIGIN = "https://page.example"


def test_another_origin_can_read_every_error(docker: None, both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "cors")
    recipes.change_file(project, "docs/monolith.md", "image/nginx.conf")
    run_docker("build", "--quiet", "--tag", "monolith-cors-test", str(project))
    limit = ("--env", "STREAM_REQUESTS_PER_MINUTE=1")
    with Container.start("monolith-cors-test", *limit) as container:
        container.wait_until_ready()
        with httpx.Client(base_url=container.url, headers={"Origin": ORIGIN}) as client:
            responses = [client.post("/stream", json=conversation("Hi")) for _ in range(20)]
            responses.append(client.post("/api/health", content=b" " * (1024 * 1024 + 1)))
            responses.append(client.get("/api/missing"))
    assert {response.status_code for response in responses} == {200, 404, 413, 429}
    for response in responses:
        assert response.headers.get_list("access-control-allow-origin") == [ORIGIN]
