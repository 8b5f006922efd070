"""Tests listen on ports that the system doesn't take for connections, which are above 32767."""

import re

from tests.backend import free_port
from tests.projects import run
from tests.rendered_hook import ROOT

LOWEST_FOR_CONNECTIONS = 32768
"""Linux's default: https://docs.kernel.org/networking/ip-sysctl.html (ip_local_port_range)."""


def test_free_ports_are_below() -> None:
    assert all(free_port() < LOWEST_FOR_CONNECTIONS for _ in range(100))


def test_fixed_ports_are_below() -> None:
    names = (
        run(ROOT, "git", "ls-files", "-z", "tests/check", "tests/real")
        .stdout.strip("\0")
        .split("\0")
    )
    ports = [
        int(port)
        for name in names
        if name.endswith(".py")
        for port in re.findall(r"""_PORT\W+(\d{4,5})\b""", (ROOT / name).read_text())
    ]
    assert len(ports) >= 6
    assert all(port < LOWEST_FOR_CONNECTIONS for port in ports)
