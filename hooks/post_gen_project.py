"""Keep the chosen layout, write the answers into its files, link the template, commit."""

import sys

if __name__ == "__main__":
    del sys.path[0]  # the folder for temporary files, where anybody's json.py may lie

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

# A Python literal in one line, so that no answer can become code.
ANSWERS: dict[str, str] = {{dict(cookiecutter)}}  # type: ignore # noqa: F821

OWNED = {  # the paths that only one layout has
    "cloudflare": "Dockerfile-* worker wrangler* */cloudflare* */*/cl* */*/deploy* */*/preview.yml",
    "monolith": "Dockerfile Dockerfile.* compose* deploy image */image */mono* */*/imag* */*/mono*",
}
PLACES = (  # which answer replaces the word after which text of which file
    ("project_slug", "bun.lock", '"name": "'),
    ("project_slug", "wrangler.toml", '\nname = "'),
    ("backend_port", "package.json", '"backendPort": '),
    ("backend_port", "Dockerfile", "BACKEND_PORT="),
    ("backend_port", "Dockerfile-cloudflare", "\nEXPOSE "),
    ("instance_type", "wrangler.toml", '\ninstance_type = "'),
    ("instance_type", "wrangler.toml", '\nmax_instances = 1\ninstance_type = "'),  # of previews
    ("max_instances", "wrangler.toml", "\nmax_instances = "),
    ("max_instances", "wrangler.toml", "\nMAX_INSTANCES = "),
)


def keep_layout(layout: str) -> None:
    """Remove what only the other layout has, and keep the lock that fits."""
    lock = Path("bun.lock.monolith")
    if layout == "monolith" and lock.exists():
        lock.replace("bun.lock")
    others = [at for name in OWNED if layout not in (name, "both") for at in OWNED[name].split()]
    for path in [path for pattern in (lock.name, *others) for path in Path().glob(pattern)]:
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)


def set_answer(answer: str, path: str, before: str) -> None:
    """Replace the word after a text in a file, if the layout has the file."""
    if (file := Path(path)).exists():
        start, found, rest = file.read_bytes().partition(before.encode())
        if not found:
            raise ValueError(f"{path} has no place for {answer}, after {before!r}")
        file.write_bytes(start + found + re.sub(rb"\A[\w-]*", answer.encode(), rest))


def git(*args: str, at: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run git unattended: without anybody's hooks, signing or housekeeping."""
    off = ("-c", f"core.hooksPath={os.devnull}", "-c", "commit.gpgSign=false", "-c", "gc.auto=0")
    return subprocess.run(["git", *off, *args], cwd=at, capture_output=True, text=True, check=False)


def link_template() -> str:
    """Write `.cruft.json` without credentials for cruft, or return why that cannot be done."""
    starts = (os.environ.get("PWD", ""), ANSWERS["_output_dir"])  # what a path is relative to
    found = [Path(start, ANSWERS["_repo_dir"], "hooks", "post_gen_project.py") for start in starts]
    template = next((hook.parent.parent for hook in found if hook.exists()), None)
    if not template:
        return f"No update link: name the template's full path instead of {ANSWERS['_template']}."
    names = ("HEAD", "HEAD:./cookiecutter.json", "--show-toplevel", "--show-prefix")
    shown = git("rev-parse", *names, at=template)
    if shown.returncode:
        return f"No update link, because git cannot tell the template's version: {shown.stderr}"
    commit, _, toplevel, prefix = shown.stdout.split("\n")[:4]
    origin = git("config", "remote.origin.url", at=template).stdout.strip()
    is_folder = ANSWERS["_repo_dir"].startswith(ANSWERS["_template"])
    address = toplevel if is_folder else origin or ANSWERS["_template"]
    address = re.sub(r"^([\w+.-]+://(?:git@)?)(?:[^/]*@)?([^?#]*).*", r"\1\2", address)
    answers = {key: answer for key, answer in ANSWERS.items() if not key.startswith("_")}
    context = {"cookiecutter": answers | {"_template": address, "_commit": commit}}
    link: dict[str, object] = {"template": address, "commit": commit, "context": context}
    link |= {"checkout": ANSWERS["_checkout"], "directory": prefix.rstrip("/") or None}
    Path(".cruft.json").write_text(json.dumps(link, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return ""


def commit_all() -> str:
    """Start a repository with a first commit, or return why that cannot be done."""
    if git("rev-parse", "--git-dir").returncode == 0:
        return "This folder is in a git repository: commit the project with git add and git commit."
    if git("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT").returncode:
        return "git has no user.name or user.email, so nothing was committed."
    commit = ["commit", "--quiet", "-m", f"Start {ANSWERS['project_slug']} from its template"]
    for step in (["init", "--initial-branch=main"], ["add", "--all"], commit):
        if (done := git(*step)).returncode:
            return f"git could not commit: {done.stderr}"
    return ""


def main() -> None:
    """Finish the project that cookiecutter has just written into the current folder."""
    keep_layout(ANSWERS["deployment"])
    for key, path, before in PLACES:
        set_answer(ANSWERS[key], path, before)
    if "_commit" in ANSWERS:  # cruft is generating: it keeps the link and the history itself
        return
    try:
        for name in (*git("rev-parse", "--local-env-vars").stdout.split(), "GIT_QUARANTINE_PATH"):
            os.environ.pop(name, None)  # inside a git hook they name the outer repository
        hints = [link_template(), commit_all() if ANSWERS["initialize_git"] else ""]
    except OSError as error:
        hints = [f"git could not run ({error}), so nothing was committed."]
    folder = shlex.quote(os.getcwd().removeprefix(os.path.join(os.environ.get("PWD", ""), "")))
    ready = f"{ANSWERS['project_name']} is ready:\n\n  cd {folder}\n  bun install\n  bun run dev\n"
    print(*hints, ready, sep="\n")


if __name__ == "__main__":
    os.unlink(__file__)  # cookiecutter would leave it behind with the template's address in it
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # for ASCII
    main()
