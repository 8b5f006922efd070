"""The animation of a conversation, a screenshot, and the card for links to the repository.

    python -m tools.pictures.conversation

Needs Chromium. A generated app without a model runs in development mode and answers its examples.
"""

import json
import subprocess
import tempfile
from itertools import pairwise
from pathlib import Path

from PIL import Image

from tests import projects
from tests.backend import free_port
from tests.real.commands import serve
from tools.generate import ROOT, generate

HERE = Path(__file__).parent
IMAGES = ROOT / "docs" / "images"
LAST_FRAME_MILLISECONDS = 3000
LARGEST_BYTES = 3_000_000


def record(frames: Path) -> None:
    """Generate and serve an app, and record a conversation in its page."""
    with tempfile.TemporaryDirectory() as folder:
        app = generate(Path(folder), project_name="Ask Me", initialize_git="false")
        (app / ".env").write_text(f"FRONTEND_PORT={free_port()}\nBACKEND_PORT={free_port()}\n")
        projects.run(app, "bun", "install")
        with serve(app, "dev", "FRONTEND_PORT") as url:
            command = ["bun", str(HERE / "record.ts"), str(app), url, str(frames)]
            subprocess.run(command, check=True, env=projects.environment())


def write_moving_picture(frames: Path, path: Path) -> None:
    """Join the frames, each shown until the time of the next one."""
    times = json.loads((frames / "times.json").read_text())
    durations = [round(end - start) for start, end in pairwise(times)]
    pictures = [Image.open(picture) for picture in sorted(frames.glob("[0-9]*.png"))]
    pictures[0].save(
        path, save_all=True, append_images=pictures[1:], loop=0, quality=80, method=6,
        duration=[*durations, LAST_FRAME_MILLISECONDS],
    )  # fmt: skip
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise SystemExit(f"{path.name} has {size} bytes; the limit is {LARGEST_BYTES}.")


def write_still_picture(source: Path, path: Path) -> None:
    """Write a picture with a reduced palette."""
    Image.open(source).convert("RGB").quantize(256).save(path, optimize=True)


def main() -> None:
    """Write the pictures to docs/images."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        frames = Path(folder)
        record(frames)
        write_moving_picture(frames, IMAGES / "conversation.webp")
        write_still_picture(frames / "dark.png", IMAGES / "app-dark.png")
        write_still_picture(frames / "social.png", IMAGES / "social.png")


if __name__ == "__main__":
    main()
