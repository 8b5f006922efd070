"""A container starts once for any number of first requests, starts again, or fails in time."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.conversation import conversation
from tests.real.cloudflare.preview import Preview, prepare
from tests.real.docker import docker

pytestmark = pytest.mark.usefixtures("docker")


def test_fifty_first_requests_share_one_start_and_none_fails(
    cloudflare_app: Path, tmp_path: Path
) -> None:
    folder = prepare(cloudflare_app, tmp_path / "app", REQUESTS_PER_INSTANCE=50)
    with Preview(folder) as preview:
        before = preview.starts()
        with ThreadPoolExecutor(50) as pool:
            answers = list(
                pool.map(lambda _: httpx.get(f"{preview.url}/env", timeout=60), range(50))
            )
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["instance"] for answer in answers}) == 1
        assert preview.starts() - before == 1


def replace_command(folder: Path, *command: str) -> None:
    """Replace the container's command."""
    dockerfile = folder / "Dockerfile-cloudflare"
    rest = dockerfile.read_text().rpartition("CMD")[0]
    dockerfile.write_text(f"{rest}CMD {json.dumps(command)}\n")


def test_a_container_killed_while_it_starts_still_serves_all_waiting_requests(
    cloudflare_app: Path, tmp_path: Path
) -> None:
    folder = prepare(cloudflare_app, tmp_path / "app", REQUESTS_PER_INSTANCE=50)
    replace_command(folder, "sh", "-c", "sleep 3 && exec python -m app.server")
    with Preview(folder) as preview, ThreadPoolExecutor(20) as pool:
        before = preview.starts()
        answers = [pool.submit(httpx.get, f"{preview.url}/env", timeout=60) for _ in range(20)]
        preview.wait_for(1, 20)
        docker("kill", *preview.containers())
        assert {answer.result().status_code for answer in answers} == {200}
        assert preview.starts() - before == 2


def test_an_instance_that_cannot_start_costs_nothing_else(
    cloudflare_app: Path, tmp_path: Path
) -> None:
    folder = prepare(cloudflare_app, tmp_path / "app", START_SECONDS=15)
    shutil.copy(Path(__file__).parent / "broken.ts", folder / "worker/broken.ts")
    config = folder / "wrangler.toml"
    config.write_text(config.read_text().replace("worker/index.ts", "worker/broken.ts"))
    with Preview(folder) as preview, ThreadPoolExecutor(4) as pool:
        assert httpx.get(f"{preview.url}/env", timeout=60).status_code == 200
        streams = [
            pool.submit(httpx.post, f"{preview.url}/stream", json=conversation("10 1"), timeout=90)
            for _ in range(4)
        ]
        preview.wait_for(2, 30)
        assert {stream.result().status_code for stream in streams} == {200}
        assert all("event: done" in stream.result().text for stream in streams)


def test_an_app_that_never_listens_gives_a_problem_in_time_and_leaves_no_container(
    cloudflare_app: Path, tmp_path: Path
) -> None:
    folder = prepare(cloudflare_app, tmp_path / "app", START_SECONDS=3)
    replace_command(folder, "python", "-c", "import time; time.sleep(1000)")
    with Preview(folder) as preview:
        response = httpx.get(f"{preview.url}/env", timeout=20)
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"
        assert int(response.headers["retry-after"]) > 0
        assert not [name for name in response.headers if name.startswith("x-backend")]
        preview.wait_for(0, 10)
