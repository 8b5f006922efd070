"""Tag this commit as the version in pyproject.toml and publish it, unless that release exists.

The notes are that version's section in CHANGELOG.md. While the newest section is `Unreleased`,
there is nothing to release. Uses GitHub's `gh` and the standard library.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def version(root: Path = ROOT) -> str:
    """Read the version in pyproject.toml."""
    with (root / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def sections(changelog: str) -> dict[str, str]:
    """Split a changelog into its sections.

    Returns:
        The text of each version, including `Unreleased`, in the order of the file.
    """
    parts = re.split(r"^## (.+)\n", changelog, flags=re.MULTILINE)
    return dict(zip(parts[1::2], (text.strip() for text in parts[2::2]), strict=True))


def main() -> int:
    """Publish a release if there is one to publish.

    Returns:
        The exit status: 1 if CHANGELOG.md and pyproject.toml disagree or `gh` failed.
    """
    wanted = version()
    found = sections((ROOT / "CHANGELOG.md").read_text("utf-8"))
    newest = next(iter(found), "")
    if newest == "Unreleased":
        print("The newest section of CHANGELOG.md is Unreleased, so there is nothing to release.")
        return 0
    if newest != wanted:
        print(
            f"The newest section of CHANGELOG.md is {newest or 'missing'}, but pyproject.toml has "
            f"{wanted}. Use the same version in both.",
            file=sys.stderr,
        )
        return 1
    tag = f"v{wanted}"
    known = subprocess.run(["gh", "release", "view", tag], capture_output=True, check=False)
    if known.returncode == 0:
        print(f"{tag} already exists.")
        return 0
    commit = os.environ["GITHUB_SHA"]
    command = ["gh", "release", "create", tag, "--target", commit, "--title", tag]
    return subprocess.run([*command, "--notes", found[newest]], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
