"""The programs that benches need: whether they exist, how to install them, their versions."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable

from tools.generate import ROOT

CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
INSTALL = {
    "chromium": "Chromium is missing: apt-get install chromium, or set CHROMIUM to its path.",
    "docker": "`docker info` fails. Install or start Docker: https://docs.docker.com/engine/install/",
    "wrk": "wrk is missing (it generates the load): apt-get install wrk",
}
"""The messages for missing programs."""


def output(*command: str) -> str | None:
    """Return a command's output; None if it is missing or fails."""
    if not shutil.which(command[0]):
        return None
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def has(program: str) -> bool:
    """Return whether a program from `INSTALL` exists."""
    if program == "docker":
        return output("docker", "info") is not None
    return shutil.which(CHROMIUM if program == "chromium" else program) is not None


def missing(programs: Iterable[str]) -> list[str]:
    """Return how to install each missing program."""
    return [INSTALL[program] for program in programs if not has(program)]


def versions() -> dict[str, str]:
    """Return the versions of the tools, where they are known."""
    manifest = (ROOT / "{{cookiecutter.project_slug}}" / "package.json").read_text("utf-8")
    found = {
        "Python": platform.python_version(),
        "bun": output("bun", "--version"),
        "Docker": output("docker", "version", "--format", "{{.Server.Version}}"),
        "wrangler": re.findall(r'"wrangler": "([\d.]+)"', manifest)[0],
        "Chromium": output(CHROMIUM, "--version"),
    }
    numbers = {name: re.search(r"\d+(\.\d+)*", text) for name, text in found.items() if text}
    return {name: number[0] for name, number in numbers.items() if number}
