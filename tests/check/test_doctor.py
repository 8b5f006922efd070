"""`bun run doctor` reports each fault of a machine or a project in one sentence with its fix."""

import json
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.projects import LAYOUTS, attempt, environment, generate, shared

WORKSPACES = (".", "frontend", "e2e", "scripts", "worker")
ARCHITECTURE = os.uname().machine
HEALTHY = {
    "node": "echo 24.0.0",
    "uv": "echo uv 0.9.0",
    "docker": f"echo ' Architecture: {ARCHITECTURE}'; echo 'Platforms: linux/amd64'",
    "wrangler": 'case "$1" in whoami) echo You are logged in;; *) echo "[]";; esac',
}
"""The output of each program on a machine without faults."""
VARIABLES = {
    "NO_PROXY": "localhost,127.0.0.1,::1",
    "FRONTEND_PORT": "19117",
    "BACKEND_PORT": "19118",
    "DEBUG_PORT": "19119",
    "WORKER_PORT": "19120",
    "IMAGE_PORT": "19121",
    "DOCKER_BUILDKIT": "",
}


@pytest.fixture
def project(shared_folder: Path, tmp_path: Path) -> Path:
    """A project with both layouts and its packages, on a machine without faults."""
    installed = shared(shared_folder, "both")
    project = generate(tmp_path / "app", deployment="both", initialize_git="false")
    for workspace in WORKSPACES:
        if (installed / workspace / "node_modules").exists():
            folder = project / workspace / "node_modules"
            folder.symlink_to(installed / workspace / "node_modules")
    (project / "backend/.venv").symlink_to(installed / "backend/.venv")
    (tmp_path / "bin").mkdir()
    for program in ("bun", "git", "sh", "ss", "lsof"):
        if found := shutil.which(program):
            (tmp_path / "bin" / program).symlink_to(Path(found).resolve())
    for program, script in HEALTHY.items():
        provide(project, program, script)
    return project


def provide(project: Path, program: str, script: str) -> None:
    """Put a program on the path."""
    path = project.parents[1] / "bin" / program
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def replace(path: Path, old: str, new: str) -> None:
    """Edit a file that a project has."""
    text = path.read_text()
    assert old in text, path
    path.write_text(text.replace(old, new, 1))


def doctor(project: Path, *arguments: str, **variables: str) -> list[str]:
    """Run the checks, and return their messages."""
    given = environment() | VARIABLES | {"PATH": str(project.parents[1] / "bin")} | variables
    done = subprocess.run(
        ["bun", "scripts/doctor.ts", *arguments],
        cwd=project, env=given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == (1 if done.stderr else 0), done
    assert done.stdout == ("" if done.stderr or arguments else "No problems found.\n")
    return done.stderr.splitlines()


def test_nothing_is_wrong(project: Path) -> None:
    assert doctor(project) == []


def test_everything_is_reported_at_once(project: Path) -> None:
    provide(project, "node", "echo 20.19.0")
    (project / "wrangler.json").write_text("{}\n")
    (project / ".env").write_text("MODEL_API_KEY=sk\nMODEL_NMAE=x\n")
    said = doctor(project)
    assert [sentence.split(" ")[0] for sentence in said] == ["This", "MODEL_NAME", "wrangler"]


def test_tools_that_development_does_not_need_are_only_noted(project: Path) -> None:
    (project.parents[1] / "bin/docker").unlink()
    provide(project, "wrangler", "echo 'You are not authenticated.'")
    proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}
    given = environment() | VARIABLES | {"PATH": str(project.parents[1] / "bin")} | proxy
    done = subprocess.run(
        ["bun", "scripts/doctor.ts"],
        cwd=project,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    *notes, last = done.stdout.splitlines()
    assert [note.split(":")[0] for note in notes] == [
        "Only previews and deployments need this",
        "Only curl and other tools need this",
        "Only deployments need this",
    ]
    assert last == "Nothing else is wrong."


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("node", "This needs Node.js >=22.12 and found none: https://nodejs.org"),
        ("uv", "This needs uv >=0.8 and found none: https://docs.astral.sh/uv/"),
        (
            "docker",
            "Docker is missing: https://docs.docker.com/get-docker/",
        ),
    ],
)
def test_a_missing_program(program: str, sentence: str, project: Path) -> None:
    (project.parents[1] / "bin" / program).unlink()
    assert doctor(project, "node", "uv", "docker", "engine", "platform") == [sentence]


@pytest.mark.parametrize(
    ("program", "script", "sentence"),
    [
        ("node", "echo 20.19.0", "This needs Node.js >=22.12 and found 20.19.0: "),
        ("uv", "echo uv 0.4.9", "This needs uv >=0.8 and found 0.4.9: "),
        ("docker", "exit 1", "Docker isn't running: start it."),
        ("docker", '[ "$1" = info ]', "Docker's BuildKit is missing: "),
        ("docker", "echo ' Architecture: sparc'", "The Docker engine is sparc and this machine "),
        (
            "docker",
            f"echo ' Architecture: {ARCHITECTURE}'; echo 'Platforms: linux/arm64'",
            "This Docker engine can't build for linux/amd64, which Cloudflare needs: ",
        ),
    ],
)
def test_an_unsuitable_program(program: str, script: str, sentence: str, project: Path) -> None:
    provide(project, program, script)
    names = ("node", "uv", "docker", "engine") + (("platform",) if "sparc" not in script else ())
    [said] = doctor(project, *names)
    assert said.startswith(sentence)


def test_no_python_that_fits(project: Path) -> None:
    (project / "backend/.venv").unlink()
    provide(project, "uv", '[ "$1" = --version ] && echo uv 0.9.0')
    assert doctor(project, "python", "venv", "settings") == [
        "No Python that fits backend/pyproject.toml is installed: run `uv python install`."
    ]


@pytest.mark.parametrize(
    ("variables", "hosts"),
    [
        ({"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}, "localhost,127.0.0.1,::1"),
        ({"all_proxy": "http://127.0.0.1:9", "NO_PROXY": "localhost, .corp"}, "127.0.0.1,::1"),
    ],
)
def test_a_proxy_that_would_get_local_requests(
    variables: dict[str, str], hosts: str, project: Path
) -> None:
    [said] = doctor(project, "proxy", **variables)
    assert said.startswith(
        f"Your shell's proxy also gets requests to {hosts}: add these to NO_PROXY."
    )
    assert doctor(project, "proxy", **variables | {"NO_PROXY": "*"}) == []


def test_a_port_in_use_is_reported_with_its_holder(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        [said] = doctor(project, "ports", BACKEND_PORT=str(port))
    can_name = shutil.which("lsof") or shutil.which("ss")
    holder = rf"\S*[Pp]ython\S* \(pid {os.getpid()}\)" if can_name else "another process"
    held = rf"Port {port} is in use by {holder}: stop it or set BACKEND_PORT in .env."
    assert re.fullmatch(held, said)


@pytest.mark.parametrize(
    ("check", "name"), [("ports", "DEBUG_PORT"), ("worker-port", "WORKER_PORT")]
)
def test_an_invalid_port(check: str, name: str, project: Path) -> None:
    sentence = f'{name} must be a port from 1 to 65535, not "http".'
    assert doctor(project, check, "image-port", **{name: "http"}) == [sentence]


def test_packages_that_are_missing_or_old(project: Path) -> None:
    replace(project / "frontend/package.json", '"react": "', '"react": ">')
    replace(
        project / "package.json", '"devDependencies": {', '"devDependencies": {"left": "1.0.0",'
    )
    sentence = "These packages are missing or of another version: left, react. Run `bun install`."
    assert doctor(project, "packages") == [sentence]
    (project / "node_modules").unlink()
    assert doctor(project, "packages", "types", "account") == ["Run `bun install` first."]


def test_a_virtual_environment_that_is_missing_or_old(project: Path) -> None:
    sentence = ["backend/.venv is not current: run `bun run --cwd backend setup`."]
    requirements = project / "backend/requirements-dev.txt"
    locked = requirements.read_text()
    requirements.write_text(f"{locked}# changed\n")
    assert doctor(project, "venv", "settings") == sentence
    requirements.write_text(locked)
    assert doctor(project, "venv") == []
    (project / "backend/.venv").unlink()
    assert doctor(project, "venv", "settings", "types") == sentence


def require_a_key(project: Path) -> None:
    """Make a setting required."""
    optional = "model_api_key: SecretStr | None = Field(\n        default=None, "
    required = "model_api_key: SecretStr = Field(\n        "
    replace(project / "backend/app/settings.py", optional, required)


@pytest.mark.parametrize(
    ("dot_env", "sentence"),
    [
        ("", "MODEL_API_KEY is missing: set it in .env, "),
        ("MODEL_API_KEY=k\nMODEL_NAME=m\nGRACE_SECONDS=soon\n", "GRACE_SECONDS is wrong: "),
        (
            "MODEL_API_KEY=k\nMODEL_NAME=m\nMODEL_NMAE=m\nOTEL_SERVICE_NAME=x\nIMAGE_PORT=1\n",
            ".env sets MODEL_NMAE, which is unknown: correct it, or list it in .env.example.",
        ),
    ],
)
def test_a_setting_that_is_missing_wrong_or_unknown(
    dot_env: str, sentence: str, project: Path
) -> None:
    require_a_key(project)
    (project / ".env").write_text(dot_env)
    [said] = doctor(project, "settings")
    assert said.startswith(sentence)


def test_settings_that_cannot_be_read(project: Path) -> None:
    (project / "backend/app/settings.py").write_text("import nothing_of_this_name\n")
    [said] = doctor(project, "settings")
    assert said.startswith("backend/app/settings.py can't be imported: ModuleNotFoundError")


@pytest.mark.parametrize(
    ("check", "path", "edit", "sentence"),
    [
        (
            "types",
            "frontend/src/api/types.gen.ts",
            ('"/env"', '"/x"'),
            "frontend/src/api/types.gen.ts is outdated: run `bun run types:api`.",
        ),
        (
            "routes",
            "worker/http/routes.gen.json",
            ('"/env"', '"/x"'),
            "worker/http/routes.gen.json is outdated: run `bun run types:api`.",
        ),
        (
            "worker-types",
            "wrangler.toml",
            ("\n[vars]\n", "\n[vars]\nNEW = 1\n"),
            "worker/worker-configuration.d.ts is outdated: run `bun run types:worker`.",
        ),
    ],
)
def test_generated_files_that_are_outdated(
    check: str, path: str, edit: tuple[str, str], sentence: str, project: Path
) -> None:
    real = environment()["PATH"]
    assert doctor(project, check, PATH=real) == []
    replace(project / path, *edit)
    assert doctor(project, check, PATH=real) == [sentence]


@pytest.mark.parametrize("name", ["wrangler.json", "wrangler.jsonc"])
def test_a_configuration_that_would_silently_take_precedence(name: str, project: Path) -> None:
    (project / name).write_text("{}\n")
    sentence = f"wrangler would use {name} instead of wrangler.toml: remove it."
    assert doctor(project, "wrangler") == [sentence]


@pytest.mark.parametrize(
    ("path", "old", "new", "sentences"),
    [
        (
            "package.json",
            '"backendPort": 30001',
            '"backendPort": 31000',
            [
                "EXPOSE in Dockerfile-cloudflare differs from config.backendPort in package.json: "
                "set it to 31000.",
                "BACKEND_PORT in Dockerfile differs from config.backendPort in package.json: "
                "set it to 31000.",
            ],
        ),
        (
            "package.json",
            '"/api/*",',
            '"/api/*", "/chat",',
            [
                "run_worker_first in wrangler.toml differs from config.apiPaths in package.json: "
                'set it to ["/api/*","/chat","/env","/stream"].',
                "image/nginx.conf has no location that passes /chat to the backend: add it.",
            ],
        ),
        (
            "image/nginx.conf",
            "location = /env {",
            "location = /environment {",
            [
                "image/nginx.conf has no location that passes /env to the backend: add it.",
                "image/nginx.conf passes /environment to the backend, which config.apiPaths in "
                "package.json lacks: add it there or remove the location.",
            ],
        ),
        (
            "wrangler.toml",
            "\nmax_instances = 3",
            "\nmax_instances = 5",
            ["MAX_INSTANCES in wrangler.toml differs from max_instances: set it to 5."],
        ),
        (
            ".devcontainer/Dockerfile",
            "oven/bun:1.",
            "oven/bun:0.",
            ["The tag of oven/bun in .devcontainer/Dockerfile differs from packageManager in "],
        ),
        (
            "Dockerfile",
            "oven/bun:1.",
            "oven/bun:0.",
            ["The tag of oven/bun in Dockerfile differs from packageManager in package.json: "],
        ),
        (
            "package.json",
            '"limitedPaths": [',
            '"limitedPaths": [7, ',
            ["config.limitedPaths in package.json has 7. Write a path such as "],
        ),
    ],
)
def test_places_that_differ(
    path: str, old: str, new: str, sentences: list[str], project: Path
) -> None:
    replace(project / path, old, new)
    said = doctor(project, "config", "wrangler", "image")
    assert len(said) == len(sentences)
    assert all(found.startswith(start) for found, start in zip(said, sentences, strict=True))


def test_nobody_is_logged_in(project: Path) -> None:
    provide(project, "wrangler", "echo 'You are not authenticated. Please run `wrangler login`.'")
    sentence = "You are not logged in to Cloudflare: bunx wrangler login"
    assert doctor(project, "account", "secrets") == [sentence]
    provide(project, "wrangler", "exit 1")
    sentence = "`bunx wrangler whoami` failed: run it to see why."
    assert doctor(project, "account", "secrets") == [sentence]


def test_a_secret_that_is_not_deployed(project: Path) -> None:
    require_a_key(project)
    sentence = "The app needs MODEL_API_KEY: bunx wrangler secret put MODEL_API_KEY."
    assert doctor(project, "secrets") == [sentence]
    provide(project, "wrangler", """echo '[{"name": "MODEL_API_KEY"}]'""")
    assert doctor(project, "secrets") == []


def test_a_folder_that_vite_cannot_work_in(project: Path) -> None:
    renamed = project.rename(project.with_name("my#app"))
    expected = f"Vite can't work in a folder with #, % or ? in its path: rename or move {renamed}"
    assert doctor(renamed, "packages") == [expected]


def test_a_docker_host_that_is_down_is_named(project: Path) -> None:
    provide(project, "docker", "exit 1")
    said = "No Docker engine responds at DOCKER_HOST=tcp://a:1: start it, or unset the variable."
    assert doctor(project, "docker", DOCKER_HOST="tcp://a:1") == [said]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("MODEL_NAME=a\n".encode("utf-16"), ".env is encoded in UTF-16: save it as UTF-8."),
        ("MODEL_NAME=a\n".encode("utf-16-be"), ".env is encoded in UTF-16: save it as UTF-8."),
        (None, ".env is a folder: make it a file."),
    ],
)
def test_an_env_file_that_cannot_be_read(
    content: bytes | None, sentence: str, project: Path
) -> None:
    if content is None:
        (project / ".env").mkdir()
    else:
        (project / ".env").write_bytes(content)
    assert doctor(project) == [sentence]
    command = ("bun", "scripts/with.ts", "--settings", "--", "bun", "--version")
    done = attempt(project, *command)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{sentence}\n")


def test_an_env_file_with_a_byte_order_mark(project: Path) -> None:
    (project / ".env").write_text("WRONG_NAME=a\n", "utf-8-sig")
    [sentence] = doctor(project)
    assert sentence.startswith(".env sets WRONG_NAME, which is unknown")


def test_packages_that_are_not_locked_yet(project: Path) -> None:
    manifest = project / "backend/pyproject.toml"
    replace(manifest, '    "fastapi",', '    "FastAPI[standard]>=99",\n    "zope.interface ; x",')
    replace(manifest, '    "websockets",\n', "")
    assert doctor(project, "lock", "venv", "settings") == [
        "backend/pyproject.toml and its lock differ in fastapi, websockets, zope-interface: "
        "run `bun run lock`."
    ]


@pytest.mark.parametrize("workspaces", [["apps/*"], {"packages": ["./apps/app"]}])
def test_a_parent_that_claims_the_project(
    workspaces: object, project: Path, tmp_path: Path
) -> None:
    parent = tmp_path / "parent"
    (parent / "apps").mkdir(parents=True)
    project = project.rename(parent / "apps/app")
    (parent / "bin").symlink_to(tmp_path / "bin")
    manifest = parent / "package.json"
    manifest.write_text(json.dumps({"workspaces": workspaces}))
    [sentence] = doctor(project, "packages")
    assert sentence == (
        f"{manifest} has this project as a workspace, so its packages can't be installed: "
        'add "!apps/app" to the workspaces there, then run `bun install` here.'
    )
    manifest.write_text(json.dumps({"workspaces": ["apps/*", "!apps/app"]}))
    assert doctor(project, "packages") == []


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_it_works_before_anything_is_installed(deployment: str, tmp_path: Path) -> None:
    project = generate(tmp_path / "app", deployment=deployment, initialize_git="false")
    done = attempt(project, "bun", "run", "doctor", "packages", "venv")
    assert done.returncode == 1
    assert "Run `bun install` first.\n" in done.stderr
    assert "backend/.venv is not current: run `bun run --cwd backend setup`.\n" in done.stderr
    [said] = doctor_without_fakes(project, "none")
    assert said.startswith("No check is called none. There are: bun, node, uv, python, docker, ")
    assert ("wrangler" in said, "image" in said) == (
        deployment != "monolith", deployment != "cloudflare",
    )  # fmt: skip


def doctor_without_fakes(project: Path, *names: str) -> list[str]:
    """Run checks on this machine."""
    done = attempt(project, "bun", "scripts/doctor.ts", *names)
    return done.stderr.splitlines()


@pytest.mark.parametrize(
    "script",
    [
        *("dev:cloudflare", "preview:cloudflare", "deploy:cloudflare"),
        *("preview:monolith", "deploy:monolith"),
    ],
)
def test_previews_and_deployments_begin_with_the_doctor(script: str, project: Path) -> None:
    replace(project / "package.json", '"limitedPaths": [', '"limitedPaths": [7, ')
    provide(project, "uv", "echo uv 0.4.9")
    done = attempt(
        project,
        "bun",
        "run",
        "--silent",
        script,
        variables={"PATH": str(project.parents[1] / "bin")},
    )
    assert done.returncode == 1
    said = done.stderr.splitlines()
    assert len(said) == 2
    assert said[0].startswith("This needs uv >=0.8 and found 0.4.9")
    assert said[1].startswith("config.limitedPaths in package.json has 7.")
