"""The prerequisites of `dev:cloudflare`, `preview` and `deploy`."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.projects import environment, generate

NODE = "This needs Node.js >=22.12 and found"
DOCKER = "Docker is missing"
ACCOUNT = "You are not logged in to Cloudflare: bunx wrangler login"
STRAY = "wrangler would use wrangler.json instead of wrangler.toml: remove it."
SECRET = "The app needs MODEL_API_KEY"


@pytest.fixture
def project(cloudflare_app: Path, tmp_path: Path) -> Path:
    """A project with its packages, on a machine that has bun alone."""
    project = generate(tmp_path / "app", initialize_git="false")
    for name in ("node_modules", "backend/.venv"):
        (project / name).symlink_to(cloudflare_app / name)
    bun = shutil.which("bun")
    assert bun
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "bun").symlink_to(Path(bun).resolve())
    return project


def complaints(project: Path, mode: str) -> list[str]:
    """Run the checks; give back their sentences, and none if they pass."""
    done = subprocess.run(
        ["bun", "scripts/cloudflare/preflight.ts", mode],
        cwd=project, env=environment() | {"PATH": str(project.parents[1] / "bin")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == (1 if done.stderr else 0)
    return done.stderr.splitlines()


def provide(project: Path, program: str, output: str = "") -> None:
    """Put a program on the path that prints this and succeeds."""
    path = project.parents[1] / "bin" / program
    path.write_text(f"#!/bin/sh\necho '{output}'\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("mode", "expected"), [("dev", [NODE]), ("preview", [NODE, DOCKER]), ("deploy", [NODE, DOCKER])]
)
def test_missing_tools_are_named_together(mode: str, expected: list[str], project: Path) -> None:
    said = complaints(project, mode)
    assert len(said) == len(expected)
    assert all(part in sentence for part, sentence in zip(expected, said, strict=True))


def test_a_wrong_list_of_limited_paths_is_refused(project: Path) -> None:
    provide(project, "docker")
    provide(project, "node", "24.0.0")
    manifest = project / "package.json"
    manifest.write_text(manifest.read_text().replace('"limitedPaths": [', '"limitedPaths": [7, '))
    [sentence] = complaints(project, "deploy")
    assert sentence.startswith("config.limitedPaths in package.json has 7.")


def test_an_old_node_and_a_missing_login_are_refused(project: Path) -> None:
    provide(project, "docker")
    provide(project, "node", "20.19.0")
    provide(project, "wrangler", "You are not authenticated. Please run `wrangler login`.")
    [said] = complaints(project, "deploy")
    assert said == f"{NODE} 20.19.0: https://nodejs.org"
    provide(project, "node", "24.0.0")
    assert complaints(project, "deploy") == [ACCOUNT]
    provide(project, "wrangler", "You are logged in")
    assert complaints(project, "deploy") == []


def test_a_configuration_that_would_win_silently_is_refused(project: Path) -> None:
    provide(project, "node", "24.0.0")
    (project / "wrangler.json").write_text("{}\n")
    assert complaints(project, "dev") == [STRAY]


def test_a_required_setting_is_asked_for(project: Path) -> None:
    provide(project, "node", "24.0.0")
    settings = project / "backend/app/settings.py"
    optional = "model_api_key: SecretStr | None = Field(\n        default=None, "
    text = settings.read_text()
    assert optional in text
    settings.write_text(text.replace(optional, "model_api_key: SecretStr = Field(\n        "))
    assert complaints(project, "dev") == [f"{SECRET}: set it in .env."]
    (project / ".env").write_text("MODEL_API_KEY=sk\n")
    assert complaints(project, "dev") == []
    provide(project, "docker")
    provide(project, "wrangler", "[]")
    assert complaints(project, "deploy") == [f"{SECRET}: bunx wrangler secret put MODEL_API_KEY."]


def test_a_folder_that_vite_cannot_work_in_is_named(project: Path) -> None:
    renamed = project.rename(project.with_name("my#app"))
    provide(renamed, "node", "24.0.0")
    expected = f"Vite can't work in a folder with #, % or ? in its path: rename or move {renamed}"
    assert complaints(renamed, "dev") == [expected]
