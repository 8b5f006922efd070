"""Generate a project from this template without writing to the user's home folder."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "cookiecutter"


def config_file() -> Path:
    """Write a configuration with which cookiecutter keeps clones and replays in this repository."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folders = {"cookiecutters_dir": str(CACHE / "clones"), "replay_dir": str(CACHE / "replay")}
    file = CACHE / "config.yaml"
    file.write_text(json.dumps(folders))  # JSON is YAML
    return file


def generate(output: Path, **answers: str) -> Path:
    """Generate a project in an empty folder, silently.

    Args:
        output: The folder. It is created if it is missing.
        answers: Answers that differ from the defaults.

    Returns:
        The project's folder.

    Raises:
        subprocess.CalledProcessError: An answer was rejected; stderr says why.
    """
    output.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cookiecutter", str(ROOT), "--no-input"]
    given = [f"{key}={answer}" for key, answer in answers.items()]
    subprocess.run(
        [*command, "--config-file", str(config_file()), "--output-dir", str(output), *given],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    [project] = (path for path in output.iterdir() if path.is_dir())
    return project
