"""Keep the chosen layout, write the answers into its files, link the template, and commit."""

import sys

if __name__ == "__main__":
    del sys.path[0]  # the temporary folder, where someone else's json.py may lie

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

ANSWERS: dict[str, str] = {{dict(cookiecutter)}}  # type: ignore # noqa: F821 # a literal, not code

OWNED = {  # the files and folders that only one layout has
    "cloudflare": """docs/recipes/cloudflare-workers-ai.md Dockerfile-cloudflare.dockerignore worker
        docs/recipes/cloudflare-staging.md docs/recipes/cloudflare-access.md Dockerfile-cloudflare
        docs/recipes/cloudflare-cron.md docs/recipes/cloudflare-d1.md docs/recipes/cloudflare-r2.md
        docs/cloudflare.md docs/cloudflare-cost.svg .github/workflows/cloudflare.yml wrangler.toml
        e2e/cloudflare.config.ts scripts/cloudflare""",
    "monolith": """Dockerfile Dockerfile.dockerignore compose.yaml deploy image docs/monolith.md
        .github/workflows/image.yml docs/recipes/monolith-oidc.md docs/recipes/monolith-password.md
        docs/recipes/monolith-postgresql.md e2e/monolith.config.ts docs/proxies.md scripts/image""",
}
PLACES = (  # which answer replaces the word after which text of which file
    ("project_slug", "bun.lock", b'"name": "'),
    ("project_slug", "wrangler.toml", b'\nname = "'),
    ("backend_port", "package.json", b'"backendPort": '),
    ("backend_port", "Dockerfile", b"BACKEND_PORT="),
    ("backend_port", "Dockerfile-cloudflare", b"\nEXPOSE "),
    ("instance_type", "wrangler.toml", b'\ninstance_type = "'),
    ("instance_type", "wrangler.toml", b'\nmax_instances = 1\ninstance_type = "'),  # of previews
    ("max_instances", "wrangler.toml", b"\nmax_instances = "),
    ("max_instances", "wrangler.toml", b"\nMAX_INSTANCES = "),
)


def keep_layout(layout: str) -> None:
    """Remove the other layout's files, and keep the lockfile that fits."""
    lock = Path("bun.lock.monolith")
    if layout == "monolith" and lock.exists():
        lock.replace("bun.lock")
    others = [at for name in OWNED if layout not in (name, "both") for at in OWNED[name].split()]
    for path in map(Path, (lock.name, *others)):
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)


def set_answers() -> None:
    """Write the answers into the layout's files; a missing place is a ValueError."""
    for key, path, before in PLACES:
        if (file := Path(path)).exists():
            start, end = file.read_bytes().split(before, 1)
            file.write_bytes(start + before + re.sub(rb"\A[\w-]*", str(ANSWERS[key]).encode(), end))


def git(*args: str, at: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run git unattended: without hooks, signing, or housekeeping."""
    off = ("-c", f"core.hooksPath={os.devnull}", "-c", "commit.gpgSign=false", "-c", "gc.auto=0")
    return subprocess.run(["git", *off, *args], cwd=at, capture_output=True, text=True, check=False)


def link_template() -> str:
    """Write `.cruft.json` without credentials, or return why that isn't possible."""
    starts = (os.environ.get("PWD", ""), ANSWERS["_output_dir"])  # what the path is relative to
    found = (Path(start, ANSWERS["_repo_dir"]) for start in starts)
    if not (template := next((path for path in found if (path / "hooks").exists()), None)):
        return f"No update link: use the template's full path instead of {ANSWERS['_template']}."
    names = ("HEAD", "HEAD:./cookiecutter.json", "--show-toplevel", "--show-prefix")
    if (shown := git("rev-parse", *names, at=template)).returncode:
        return f"No update link, because git can't read the template's version: {shown.stderr}"
    commit, _, toplevel, prefix = shown.stdout.split("\n")[:4]
    origin = git("config", "remote.origin.url", at=template).stdout.strip() or ANSWERS["_template"]
    address = toplevel if ANSWERS["_repo_dir"].startswith(ANSWERS["_template"]) else origin
    address = re.sub(r"^([\w+.-]+://(?:git@)?)(?:[^/]*@)?([^?#]*).*", r"\1\2", address)
    link: dict[str, object] = {"template": address, "commit": commit}
    given = {key: answer for key, answer in ANSWERS.items() if not key.startswith("_")}
    link |= {"context": {"cookiecutter": given | {"_template": address, "_commit": commit}}}
    link |= {"checkout": ANSWERS["_checkout"], "directory": prefix.rstrip("/") or None}
    Path(".cruft.json").write_text(json.dumps(link, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return ""


def commit_all() -> str:
    """Create a repository with a first commit, or return why that isn't possible."""
    if git("rev-parse", "--git-dir").returncode == 0:
        return "This folder is inside a git repository. Commit it with git add and git commit."
    if git("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT").returncode:
        return "git has no user.name or user.email, so nothing was committed."
    message = f"--message=Start {ANSWERS['project_slug']} from its template"
    steps = (["init", "--initial-branch=main"], ["add", "--all"], ["commit", "--quiet", message])
    failed = (done.stderr for step in steps if (done := git(*step)).returncode)
    return next((f"git couldn't commit: {error}" for error in failed), "")


def main() -> None:
    """Finish the project that cookiecutter has just written into the current folder."""
    keep_layout(ANSWERS["deployment"])
    set_answers()
    if "_commit" in ANSWERS:  # cruft is generating: it keeps the link and the history itself
        return
    try:
        for name in (*git("rev-parse", "--local-env-vars").stdout.split(), "GIT_QUARANTINE_PATH"):
            os.environ.pop(name, None)  # inside a git hook, they point to the outer repository
        hints = [link_template(), commit_all() if ANSWERS["initialize_git"] else ""]
    except OSError as error:
        hints = [f"git couldn't run ({error}), so nothing was committed."]
    folder = shlex.quote(os.getcwd().removeprefix(os.path.join(os.environ.get("PWD", ""), "")))
    bun = "" if shutil.which("bun") else "Install bun first: https://bun.com/docs/installation\n"
    ready = f"{ANSWERS['project_name']} is ready:\n\n  cd {folder}\n  bun install\n  bun run dev\n"
    print(*hints, bun + ready, sep="\n")


if __name__ == "__main__":
    os.unlink(__file__)  # cookiecutter would leave this file, with the template's address in it
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # for ASCII
    main()
