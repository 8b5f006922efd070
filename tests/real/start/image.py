"""An image of the app for counting instructions."""

from pathlib import Path

from tests.real.docker import docker

HERE = Path(__file__).parent

APP = ("/api/health", "python", "-m", "app.server")
HELLO = ("/", "python", "-m", "uvicorn", "--port", "30001", "hello:app")
"""FastAPI's first example on the same Python, without lazy imports."""


def build_image(project: Path, name: str) -> str:
    """Build the container's image of a project, and one of it with valgrind.

    Args:
        project: A project of the layout `cloudflare`.
        name: The image's name.

    Returns:
        The name of the image with valgrind.
    """
    with_valgrind = f"{name}-valgrind"
    dockerfile = str(project / "Dockerfile-cloudflare")
    docker("build", "--quiet", "--tag", name, "--file", dockerfile, str(project))
    argument = f"IMAGE={name}"
    docker("build", "--quiet", "--tag", with_valgrind, "--build-arg", argument, str(HERE))
    return with_valgrind


def count(image: str, path: str, *command: str) -> int:
    """Count the instructions of a server until it has responded to a request."""
    printed = docker("run", "--rm", image, "python", "count.py", path, *command)
    return int(printed.splitlines()[-1])
