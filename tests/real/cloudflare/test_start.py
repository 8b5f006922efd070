"""However many requests come first, a container is started once, or given up in time."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.real.cloudflare.preview import Preview, prepare

pytestmark = [pytest.mark.usefixtures("docker"), pytest.mark.xdist_group("cloudflare")]


def test_fifty_first_requests_share_one_start_and_none_fails(
    cloudflare_app: Path, tmp_path: Path
) -> None:
    folder = prepare(cloudflare_app, tmp_path / "app", REQUESTS_PER_INSTANCE=50)
    with Preview(folder) as preview:
        began = time.time()
        with ThreadPoolExecutor(50) as pool:
            answers = list(
                pool.map(lambda _: httpx.get(f"{preview.url}/env", timeout=60), range(50))
            )
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["instance"] for answer in answers}) == 1
        assert preview.starts_since(began) == 1


def test_an_app_that_never_listens_gives_a_problem_in_time_and_leaves_no_container(
    cloudflare_app: Path, tmp_path: Path
) -> None:
    folder = prepare(cloudflare_app, tmp_path / "app", START_SECONDS=4)
    dockerfile = folder / "Dockerfile-cloudflare"
    asleep = 'CMD ["python", "-c", "import time; time.sleep(1000)"]'
    dockerfile.write_text(f"{dockerfile.read_text().rpartition('CMD')[0]}{asleep}\n")
    with Preview(folder) as preview:
        began = time.monotonic()
        response = httpx.get(f"{preview.url}/env", timeout=60)
        assert time.monotonic() - began < 15
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"
        assert int(response.headers["retry-after"]) > 0
        assert not [name for name in response.headers if name.startswith("x-backend")]
        preview.wait_for(0, 10)
