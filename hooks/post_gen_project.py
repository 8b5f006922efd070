"""Keep the chosen layout, set the port and max_instances, link the template, start a repository.

Safe to run again on the same project; needs no network.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

ANSWERS: dict[str, str] = json.loads(r"""{{ cookiecutter | tojson }}""")

OWNED = {
    "cloudflare": (
        ".dev.vars.example",
        "Dockerfile-cloudflare",
        "Dockerfile-cloudflare.dockerignore",
        "docs/cloudflare.md",
        "scripts/cloudflare",
        "worker",
        "wrangler.toml",
    ),
    "monolith": (
        "Dockerfile",
        "Dockerfile.dockerignore",
        "compose.yaml",
        "deploy",
        "docs/monolith.md",
        "nginx",
    ),
}
"""Which paths each layout owns alone."""

LOCKS = {"cloudflare": "bun.lock", "both": "bun.lock", "monolith": "bun.lock.monolith"}
"""Which lock fits each layout's workspaces."""

PORT = {
    "package.json": r'(?<="backendPort": )\d+',
    "Dockerfile": r"(?<=BACKEND_PORT=)\d+",
    "Dockerfile-cloudflare": r"(?<=^EXPOSE )\d+",
}
MAX_INSTANCES = {"wrangler.toml": r"(?i)(?<=^max_instances = )\d+"}
"""Where a number stands, as `file: pattern`; the files are valid as they are in the template."""


ONE_PACK = ("-c", "fastimport.unpackLimit=0", "-c", "core.fsync=none")
"""For git: the first commit as one file, in place of a hundred, and no waiting for the disk."""


def keep_layout(root: Path, deployment: str) -> None:
    """Remove what only the other layouts own, and the folders that this leaves empty."""
    for layout, names in OWNED.items():
        if deployment in (layout, "both"):
            continue
        for path in (root / name for name in names):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            if path.parent != root and path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()


def keep_lock(root: Path, deployment: str, name: str) -> None:
    """Make the lock of the chosen layout the project's `bun.lock`, under the project's name."""
    chosen = root / LOCKS[deployment]
    if chosen.exists():
        text = re.sub(r'(?<="name": ")[^"]+', name, chosen.read_text("utf-8"), count=1)
        (root / "bun.lock").write_bytes(text.encode())
    for other in set(LOCKS.values()) - {"bun.lock"}:
        (root / other).unlink(missing_ok=True)


def set_number(root: Path, places: dict[str, str], number: str) -> None:
    """Write a number wherever it stands.

    Raises:
        ValueError: a file that is there has no such place, so template and hook do not fit.
    """
    for name, pattern in places.items():
        path = root / name
        if path.exists():
            text, count = re.subn(pattern, number, path.read_text("utf-8"), flags=re.MULTILINE)
            if count == 0:
                raise ValueError(f"{name} has no place for {number}: {pattern}")
            path.write_bytes(text.encode())


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str | None:
    """Run git in a folder.

    Returns:
        What it printed, or None where git is missing, refuses or hangs.
    """
    environment = {k: v for k, v in os.environ.items() if k not in ("GIT_DIR", "GIT_WORK_TREE")}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *ONE_PACK, *arguments],
            env=environment,
            input=stdin,
            capture_output=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None


def link_template(root: Path) -> None:
    """Write `.cruft.json`, so that `cruft update` can bring later versions of the template."""
    template = Path(ANSWERS["_repo_dir"])
    found = git(template, "rev-parse", "--show-toplevel", "HEAD")
    if not found or Path(found.split("\n")[0]) != template.resolve():
        print("No update link: the template does not come from a git repository.")
        return
    commit = found.split("\n")[1]
    source = str(ANSWERS["_template"])
    if Path(source).exists():
        source = str(Path(source).resolve())
    else:  # an abbreviation such as gh:org/repo, which only cookiecutter understands
        source = git(template, "remote", "get-url", "origin") or source
    answers = {key: value for key, value in ANSWERS.items() if not key.startswith("_")}
    link = {
        "template": source,
        "commit": commit,
        "checkout": ANSWERS.get("_checkout"),
        "context": {"cookiecutter": answers | {"_template": source, "_commit": commit}},
        "directory": None,
    }
    text = json.dumps(link, ensure_ascii=False, indent=2) + "\n"
    (root / ".cruft.json").write_bytes(text.encode())


def commit_all(root: Path, committer: str) -> bool:
    """Commit what git does not ignore, in less than half the time of `git add` and `git commit`.

    Args:
        root: a repository without a commit.
        committer: name, address and time, as `git var GIT_COMMITTER_IDENT` prints them.

    Returns:
        Whether it was done: https://git-scm.com/docs/git-fast-import
    """
    message = f"Start {ANSWERS['project_slug']} from its template\n".encode()
    commit = f"commit refs/heads/main\ncommitter {committer}\ndata {len(message)}\n".encode()
    parts = [commit, message]
    names = git(root, "ls-files", "--others", "--exclude-standard", "-z")
    if not names:
        return False
    for name in filter(None, names.split("\0")):
        content = (root / name).read_bytes()
        mode = 100755 if (root / name).stat().st_mode & 0o100 else 100644
        parts += [f"M {mode} inline {name}\ndata {len(content)}\n".encode(), content, b"\n"]
    imported = git(root, "fast-import", "--quiet", stdin=b"".join(parts))
    return imported is not None and git(root, "reset", "--quiet") is not None


def start_repository(root: Path) -> str:
    """Make the project a git repository with a first commit, where that can be done.

    Returns:
        A hint where it was not done, else an empty string.
    """
    if git(root, "version") is None:
        return "git was not found, so there is no repository yet."
    if git(root, "rev-parse", "--git-dir") is not None:
        return "The project lies inside a git repository, so no other was made."
    committer = git(root, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    if committer is None:
        return "git does not know you, so nothing is committed: git config --global user.email …"
    if git(root, "init", "--quiet", "--initial-branch=main") is None:
        return "git could not start a repository here: git init"
    if not commit_all(root, committer):
        return "git could not commit: git add --all && git commit"
    return ""


def main() -> None:
    """Finish the project that cookiecutter has just written into the current folder."""
    root = Path.cwd()
    deployment = ANSWERS["deployment"]
    keep_layout(root, deployment)
    keep_lock(root, deployment, ANSWERS["project_slug"])
    set_number(root, PORT, ANSWERS["backend_port"])
    set_number(root, MAX_INSTANCES, ANSWERS["max_instances"])
    if "_commit" in ANSWERS:  # cruft is generating: it keeps the link and the history itself
        return
    link_template(root)
    if ANSWERS["initialize_git"] and (hint := start_repository(root)):
        print(hint)
    shell = os.environ.get("PWD", "")
    folder = os.path.relpath(root, shell) if shell and root.is_relative_to(shell) else str(root)
    print(f"\n{ANSWERS['project_name']} is ready:\n")
    print(f"  cd {shlex.quote(folder)}\n  bun install\n  bun run dev\n")


if __name__ == "__main__":
    main()
