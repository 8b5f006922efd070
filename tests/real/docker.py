"""The docker command."""

import subprocess


def docker(*arguments: str, check: bool = True) -> str:
    """Run docker, and return its output, including stderr."""
    done = subprocess.run(
        ["docker", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=500,
    )
    assert not check or done.returncode == 0, done.stdout
    return done.stdout.strip()
