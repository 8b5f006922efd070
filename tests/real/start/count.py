"""Count the instructions of a server from its start to the end of its response to one request.

    python count.py PATH COMMAND…

Prints the instructions, counted with cachegrind. They repeat to within a few in ten thousand.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

PORT = 30001
SECONDS = 300
CACHEGRIND = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
SETTINGS = {"PYTHONHASHSEED": "0", "BACKEND_PORT": str(PORT), "LAYOUT": "cloudflare"}


def connect(server: subprocess.Popen[str]) -> socket.socket:
    """Connect when the server listens, unless it ends first."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", PORT), timeout=SECONDS)
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def ask(server: subprocess.Popen[str], path: str) -> None:
    """Send one request, and read its response to the end.

    Raises:
        ValueError: The status is not 200.
    """
    with closing(connect(server)) as connection:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    if not received.startswith(b"HTTP/1.1 200"):
        raise ValueError(received)


def count(path: str, *command: str) -> int:
    """Count the instructions of a command that serves."""
    server = subprocess.Popen(
        [*CACHEGRIND, *command], env=os.environ | SETTINGS, stderr=subprocess.PIPE, text=True
    )
    try:
        ask(server, path)
    finally:
        server.send_signal(signal.SIGUSR1)  # no handler, so no code runs at the end
        _, printed = server.communicate()
    found = re.search(r"I\s+refs:\s+([\d,]+)", printed)
    if not found:
        raise ValueError(printed)
    return int(found[1].replace(",", ""))


if __name__ == "__main__":
    print(count(*sys.argv[1:]))
