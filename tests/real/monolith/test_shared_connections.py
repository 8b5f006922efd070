"""Responses that could break a connection between nginx and the backend, which clients share."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.real.monolith.container import TEST_ENDPOINTS, UNLIMITED, Container

REQUESTS = {
    "raised/204": 204,
    "raised/304": 304,
    "returned/204": 204,
    "returned/205": 205,
    "returned/304": 304,
    "late": 200,
    "broken": 500,
}


def test_no_response_breaks_another_clients_request(image: str) -> None:
    with Container.start(image, *UNLIMITED, *TEST_ENDPOINTS) as container:
        container.wait_until_ready()

        def ask(path: str) -> list[int]:
            with httpx.Client(base_url=f"{container.url}/api") as client:
                return [client.get(path).status_code for _ in range(50)]

        paths = [*REQUESTS, *["health"] * 4]
        with ThreadPoolExecutor(len(paths)) as threads:
            statuses = dict(zip(paths, threads.map(ask, paths), strict=True))
    expected = {**REQUESTS, "health": 200}
    assert {path: set(found) for path, found in statuses.items()} == {
        path: {status} for path, status in expected.items()
    }
