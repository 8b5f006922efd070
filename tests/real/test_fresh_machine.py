"""README.md's two commands on a machine that has only Python, make, and git.

It gets a clone of the last commit. Its user has an empty home, a strict umask, and no git identity.
"""

import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.projects import run
from tests.real.docker import docker
from tools.generate import ROOT

pytestmark = pytest.mark.usefixtures("docker", "machine")

NAME = "fresh-machine"
SKIPPED = {
    "PostgreSQL is not installed": 1,
    "no file system that ignores case: lowntfs-3g is not installed": 1,
    "needs `ip` and root's `unshare --net`": 2,
    "only root can give a folder to another user": 1,
    "test_workflows.py does this on Linux": 1,
}
"""How many tests the machine skips, by reason."""
VISIT = """
import json, urllib.request
page = urllib.request.urlopen("http://localhost:5173/", timeout=20).read().decode()
body = json.dumps({"messages": [{"role": "user", "content": "Hello!"}]}).encode()
headers = {"Content-Type": "application/json"}
request = urllib.request.Request("http://localhost:5173/stream", body, headers)
print(page + urllib.request.urlopen(request, timeout=60).read().decode())
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Start the machine, with the clone in `~/template`."""
    bundle = tmp_path_factory.mktemp("clone") / "template.bundle"
    run(ROOT, "git", "bundle", "create", "--quiet", str(bundle), "HEAD")
    bundle.chmod(0o644)
    dockerfile = Path(__file__).with_name("Dockerfile-fresh-machine")
    docker("build", "--tag", NAME, "--file", str(dockerfile), str(bundle.parent))
    docker("rm", "--force", NAME, check=False)
    docker("run", "--detach", "--init", "--name", NAME, NAME, "sleep", "infinity")
    try:
        docker("cp", str(bundle), f"{NAME}:/tmp/template.bundle")
        assert (
            shell("ls --almost-all; git clone --quiet /tmp/template.bundle template").stdout == ""
        )
        yield
    finally:
        docker("rm", "--force", NAME)


def shell(command: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a command as the machine's user."""
    return subprocess.run(
        ["docker", "exec", *options, NAME, "sh", "-c", f"umask 027; {command}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.timeout(900)
def test_the_demo_is_served() -> None:
    shell("cd template && make demo > ~/demo.log 2>&1", "--detach")
    deadline = time.monotonic() + 600
    while (visit := shell(f"python3 -c '{VISIT}'")).returncode:
        assert time.monotonic() < deadline, visit.stderr + shell("cat ~/demo.log").stdout
        time.sleep(1)
    assert "<title>My App</title>" in visit.stdout
    assert "event: done" in visit.stdout
    docker("restart", "--time", "5", NAME)  # there is no pkill


@pytest.mark.timeout(3600)
def test_the_tests_pass() -> None:
    done = shell("cd template && make test")
    assert done.returncode == 0, done.stdout[-16000:] + done.stderr[-4000:]
    skipped = re.findall(r"^SKIPPED \[(\d+)\] \S+?: (.*)$", done.stdout, re.MULTILINE)
    found: Counter[str] = Counter()
    for number, reason in skipped:
        found[reason] += int(number)
    assert found == SKIPPED
