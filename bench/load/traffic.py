"""Mixed traffic for one server: streams, files, uploads, clients that leave, and scanners."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from tests.conversation import conversation

CLIENTS = {"stream": 8, "env": 2, "file": 2, "upload": 1, "leave": 2, "halt": 1, "scan": 1}
"""How many clients of each kind run at once."""
PAUSES = {
    "stream": 0.5,
    "env": 0.2,
    "file": 0.2,
    "upload": 0.5,
    "leave": 0.5,
    "halt": 1,
    "scan": 0.3,
}
"""The average seconds between the requests of a client."""
LARGEST_BODY = 1_048_576
SCANNED = {
    "/wp-login.php": 404, "/.env": 404, "/.git/config": 404, "/cgi-bin/luci": 404,
    "/api/v1/pods": 404, "/stream": 405, "/assets/gone.js": 404, "/backup.sql": 404,
}  # fmt: skip
"""Paths that scanners ask for, and the statuses of the responses."""


class WrongError(Exception):
    """A response that isn't the expected one."""


@dataclass(frozen=True)
class Failure:
    """A request that failed, in seconds of `time.monotonic`."""

    kind: str
    began: float
    ended: float
    reason: str


def expect(response: httpx.Response, status: int) -> None:
    """Check a response's status."""
    if response.status_code != status:
        raise WrongError(
            f"{response.status_code} for {response.request.url}: {response.text[:300]}"
        )


@dataclass
class Traffic:
    """The clients of one server, and what became of their requests."""

    url: str
    file: str
    """The path of one of the page's files."""
    sent: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    async def run(self, seconds: float) -> None:
        """Run all clients for some seconds; each ends its last request."""
        deadline = time.monotonic() + seconds
        async with httpx.AsyncClient(
            base_url=self.url,
            timeout=90,
            trust_env=False,
            limits=httpx.Limits(max_connections=None),
        ) as http:
            actions = {
                "stream": self.stream, "env": self.env, "file": self.page_file,
                "upload": self.upload, "leave": self.leave, "halt": self.halt, "scan": self.scan,
            }  # fmt: skip
            async with asyncio.TaskGroup() as group:
                for kind, number in CLIENTS.items():
                    for _ in range(number):
                        group.create_task(self.client(kind, actions[kind], http, deadline))

    async def client(
        self,
        kind: str,
        action: Callable[[httpx.AsyncClient], Awaitable[None]],
        http: httpx.AsyncClient,
        deadline: float,
    ) -> None:
        """Send requests of one kind, one after another."""
        while time.monotonic() < deadline:
            await asyncio.sleep(random.expovariate(1 / PAUSES[kind]))
            began = time.monotonic()
            try:
                await action(http)
            except (httpx.HTTPError, OSError, WrongError) as error:
                self.failures.append(Failure(kind, began, time.monotonic(), repr(error)))
            self.sent[kind] += 1

    async def stream(self, http: httpx.AsyncClient) -> None:
        """Read an answer to its end, and check that nothing is missing."""
        words = random.randint(5, 200)
        body = conversation(f"{words} {random.choice([0, 0.01, 0.05])} {random.choice([0, 2000])}")
        events: Counter[str] = Counter()
        async with http.stream("POST", "/stream", json=body) as response:
            if response.status_code != 200:
                await response.aread()
                expect(response, 200)
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    events[json.loads(line.removeprefix("data:"))["event"]] += 1
        if events["token"] != words or events["done"] != 1:
            raise WrongError(f"{dict(events)} of {words} tokens")

    async def env(self, http: httpx.AsyncClient) -> None:
        """Ask for the report."""
        expect(await http.get("/env"), 200)

    async def page_file(self, http: httpx.AsyncClient) -> None:
        """Open the page or load one of its files."""
        accept = {"Accept": "text/html"}
        expect(await http.get(random.choice(["/", "/deep/link", self.file]), headers=accept), 200)

    async def upload(self, http: httpx.AsyncClient) -> None:
        """Send a body, or one that is too large."""
        size = random.choice([1000, 100_000, LARGEST_BODY, LARGEST_BODY + 1])
        response = await http.post("/api/length", content=b"x" * size)
        expect(response, 413 if size > LARGEST_BODY else 200)
        if size <= LARGEST_BODY and response.json() != {"length": size}:
            raise WrongError(response.text)

    async def leave(self, http: httpx.AsyncClient) -> None:
        """Leave an answer after its first events."""
        body = conversation("2000 0.02")
        async with http.stream("POST", "/stream", json=body) as response:
            if response.status_code != 200:
                await response.aread()
                expect(response, 200)
            left = random.randint(1, 50)
            async for line in response.aiter_lines():
                left -= line.startswith("data:")
                if left <= 0:
                    return
        raise WrongError("the answer ended early")

    async def halt(self, http: httpx.AsyncClient) -> None:
        """Leave in the middle of an upload."""
        host, port = http.base_url.host, http.base_url.port
        _, writer = await asyncio.open_connection(host, port)
        writer.write(
            b"POST /api/length HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n"
            + b"x" * random.randint(0, 200_000)
        )
        await asyncio.sleep(random.random())
        writer.transport.abort()

    async def scan(self, http: httpx.AsyncClient) -> None:
        """Ask for a path that scanners try."""
        path, status = random.choice([*SCANNED.items()])
        expect(await http.get(path), status)
