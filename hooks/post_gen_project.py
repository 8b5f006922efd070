"""Keep the chosen layout, set the port and max_instances, link the template, start a repository.

Runs in the new project's folder; safe to run again; needs no network. It does with os what pathlib
and shutil would do, because importing them takes longer than all of the work.
"""

import os
import sys

if __name__ == "__main__":
    del sys.path[0]  # the folder for temporary files, where anybody's json.py may lie

import json
import shlex
import subprocess

# Python's own literal, so that no answer can become code; the one nested setting is left out.
ANSWERS: dict[str, str] = {{dict(cookiecutter, _jinja2_env_vars=None)}}  # type: ignore # noqa: F821

OWNED = {
    "cloudflare": (
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
        "image",
        "scripts/image",
    ),
}
"""Which paths each layout owns alone."""

LOCK_OF_MONOLITH = "bun.lock.monolith"
"""The lock for workspaces without the Worker; `bun.lock` is the one with it."""

PLACES = (
    ("project_slug", "bun.lock", '"name": "'),
    ("project_slug", "wrangler.toml", '\nname = "'),
    ("backend_port", "package.json", '"backendPort": '),
    ("backend_port", "Dockerfile", "BACKEND_PORT="),
    ("backend_port", "Dockerfile-cloudflare", "\nEXPOSE "),
    ("instance_type", "wrangler.toml", '\ninstance_type = "'),
    ("max_instances", "wrangler.toml", "\nmax_instances = "),
    ("max_instances", "wrangler.toml", "\nMAX_INSTANCES = "),
)
"""Which answer stands in which file after what; the files are valid as they lie in the template."""

PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789-"
"""What those answers are made of."""

FASTER = ("core.fsync=none", "fastimport.unpackLimit=0", "pack.compression=0")
GIT = ["git", *(word for setting in FASTER for word in ("-c", setting))]
"""git, told not to wait for the disk and to write the first commit as one pack, uncompressed."""


def remove(path: str) -> None:
    """Remove a file or a folder, if it is there."""
    if os.path.isdir(path) and not os.path.islink(path):
        for name in os.listdir(path):
            remove(os.path.join(path, name))
        os.rmdir(path)
    elif os.path.lexists(path):
        os.remove(path)


def keep_layout(deployment: str) -> None:
    """Remove what only the other layouts own, and the folders that this leaves empty."""
    for layout, paths in OWNED.items():
        if deployment in (layout, "both"):
            continue
        for path in paths:
            remove(path)
            folder = os.path.dirname(path)
            if os.path.isdir(folder) and not os.listdir(folder):
                os.rmdir(folder)


def keep_lock(deployment: str) -> None:
    """Make the lock of the chosen layout the project's `bun.lock`."""
    if deployment == "monolith" and os.path.exists(LOCK_OF_MONOLITH):
        os.replace(LOCK_OF_MONOLITH, "bun.lock")
    remove(LOCK_OF_MONOLITH)


def set_answer(answer: str, path: str, before: str) -> None:
    """Write an answer into a file, if the file is there.

    Args:
        answer: what to write in place of the letters, digits and dashes that stand there.
        path: the file.
        before: what stands in front of the place; the first such place counts.

    Raises:
        ValueError: the file has no such place, so template and hook do not fit.
    """
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    start, found, rest = text.partition(before)
    if not found:
        raise ValueError(f"{path} has no place for {answer}, after {before!r}")
    changed = start + before + answer + rest.lstrip(PLAIN)
    if changed != text:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(changed)


def git(*arguments: str, folder: str = ".", stdin: bytes = b"") -> str | None:
    """Run git in a folder.

    Returns:
        What it printed, or None where it refuses or hangs.

    Raises:
        OSError: git is not there or cannot be run.
    """
    environment = {k: v for k, v in os.environ.items() if k not in ("GIT_DIR", "GIT_WORK_TREE")}
    try:
        done = subprocess.run(
            [*GIT, *arguments],
            cwd=folder,
            env=environment,
            input=stdin,
            capture_output=True,
            timeout=20,
            check=True,
        )
    except subprocess.SubprocessError:
        return None
    return done.stdout.decode(errors="replace").strip()


def link_template() -> None:
    """Write `.cruft.json`, so that `cruft update` can bring later versions of the template."""
    template = ANSWERS["_repo_dir"]
    found = git("rev-parse", "--show-toplevel", "HEAD", folder=template)
    toplevel, _, commit = (found or "").partition("\n")
    if os.path.realpath(toplevel) != os.path.realpath(template):
        print("No update link: the template does not come from a git repository.")
        return
    source = ANSWERS["_template"]
    if os.path.exists(source):
        source = os.path.realpath(source)
    else:  # an abbreviation such as gh:org/repo, which only cookiecutter understands
        source = git("remote", "get-url", "origin", folder=template) or source
    answers = {key: value for key, value in ANSWERS.items() if not key.startswith("_")}
    link = {
        "template": source,
        "commit": commit,
        "checkout": ANSWERS.get("_checkout"),
        "context": {"cookiecutter": answers | {"_template": source, "_commit": commit}},
        "directory": None,
    }
    with open(".cruft.json", "w", encoding="utf-8", newline="") as file:
        file.write(json.dumps(link, ensure_ascii=False, indent=2) + "\n")


def commit_all(committer: str) -> bool:
    """Commit what git does not ignore, into one file in place of `git add`'s hundred.

    Args:
        committer: name, address and time, as `git var GIT_COMMITTER_IDENT` prints them.

    Returns:
        Whether it was done: https://git-scm.com/docs/git-fast-import
    """
    message = f"Start {ANSWERS['project_slug']} from its template\n"
    head = f"commit refs/heads/main\ncommitter {committer}\ndata {len(message)}\n{message}"
    stream = [head.encode()]
    paths = git("ls-files", "--others", "--exclude-standard", "-z") or ""
    for path in filter(None, paths.split("\0")):
        with open(path, "rb") as file:
            content = file.read()
        mode = "100755" if os.stat(path).st_mode & 0o100 else "100644"
        stream += [f"M {mode} inline {path}\ndata {len(content)}\n".encode(), content, b"\n"]
    imported = git("fast-import", "--quiet", "--depth=0", stdin=b"".join(stream))
    return bool(paths) and imported is not None and git("reset", "--quiet") is not None


def start_repository() -> str:
    """Make the project a git repository with a first commit, where that can be done.

    Returns:
        A hint where it was not done, else an empty string.
    """
    if git("rev-parse", "--git-dir") is not None:
        return "The project lies inside a git repository, so no other was made."
    committer = git("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    if committer is None:
        return "git does not know you, so nothing is committed: git config --global user.email …"
    if git("init", "--quiet", "--initial-branch=main") is None:
        return "git could not start a repository here: git init"
    if not commit_all(committer):
        return "git could not commit: git add --all && git commit"
    return ""


def main() -> None:
    """Finish the project that cookiecutter has just written into the current folder."""
    keep_layout(ANSWERS["deployment"])
    keep_lock(ANSWERS["deployment"])
    for key, path, before in PLACES:
        set_answer(ANSWERS[key], path, before)
    if "_commit" in ANSWERS:  # cruft is generating: it keeps the link and the history itself
        return
    try:
        link_template()
        hint = start_repository() if ANSWERS["initialize_git"] else ""
    except OSError as error:
        hint = (
            f"git could not be run ({error}); once it can: git init && git add --all && git commit"
        )
    folder = os.getcwd().removeprefix(os.path.join(os.environ.get("PWD", ""), ""))
    print(f"{hint}\n{ANSWERS['project_name']} is ready:\n")
    print(f"  cd {shlex.quote(folder)}\n  bun install\n  bun run dev\n")


if __name__ == "__main__":
    # not every terminal, pipe or log knows every letter of a name
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    main()
