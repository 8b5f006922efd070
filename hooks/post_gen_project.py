"""Keep the chosen layout, set what the answers set, and tell what comes next."""

import json
import re
import shutil
from pathlib import Path

ANSWERS: dict[str, str] = json.loads(r"""{{ cookiecutter | tojson }}""")

OWNED: dict[str, tuple[str, ...]] = {
    "cloudflare": ("worker", "wrangler.toml", "Dockerfile-cloudflare", "Dockerfile-cloudflare.dockerignore", ".dev.vars.example", "docs/cloudflare.md"),
    "monolith": ("nginx", "Dockerfile", "Dockerfile.dockerignore", "compose.yaml", "deploy", "docs/monolith.md"),
}
"""Which paths each layout owns alone."""


def main() -> None:
    root = Path.cwd()
    if ANSWERS["deployment"] != "both":
        for layout, paths in OWNED.items():
            if layout != ANSWERS["deployment"]:
                for name in paths:
                    path = root / name
                    if path.is_dir():
                        shutil.rmtree(path)
                    else:
                        path.unlink(missing_ok=True)
    lock = root / "bun.lock.monolith"
    if lock.exists():
        if ANSWERS["deployment"] == "monolith":
            lock.replace(root / "bun.lock")
        else:
            lock.unlink()


if __name__ == "__main__":
    main()
