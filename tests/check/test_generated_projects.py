"""A fresh project of each layout passes its own checks with the commands in its documents."""

import html
import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.projects import LAYOUTS, generate, run, shared
from tests.rendered_hook import questions
from tools.generate import ROOT


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_formatters_leave_a_fresh_project_untouched(deployment: str, shared_folder: Path) -> None:
    project = shared(shared_folder, deployment)
    run(project, "bun", "run", "biome", "format", ".")
    run(project, "bun", "scripts/python.ts", "-m", "ruff", "format", "--check", ".")


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_the_documents_list_every_command(deployment: str, shared_folder: Path) -> None:
    project = shared(shared_folder, deployment)
    commands = {"README.md": set[str](), "docs/development.md": set[str]()}
    for name in commands:
        commands[name] |= {*re.findall(r"`bun run ([\w:-]+)`", (project / name).read_text())}
    listed = run(project, "bun", "-p", "Object.keys(require('./package.json').scripts).join(' ')")
    scripts = {*listed.stdout.split()} - {"preinstall"}
    short = {"preview", "deploy"}
    assert commands["README.md"] <= scripts
    assert commands["docs/development.md"] | short == scripts


def test_the_deployment_of_the_worker_can_be_built(cloudflare_app: Path) -> None:
    assert tomllib.loads((cloudflare_app / "wrangler.toml").read_text())["main"]
    for name in ("build:cloudflare-local", "build:cloudflare-prod"):
        run(cloudflare_app, "bun", "run", name)
    for folder in ("frontend-dev", "frontend-prod"):
        assert (cloudflare_app / "dist" / folder / "index.html").exists()
    command = ("bunx", "wrangler", "deploy", "--dry-run", "--containers-rollout=none")
    run(cloudflare_app / "worker", *command, "--config", "../wrangler.toml")


@pytest.mark.parametrize(("number", "instance_type"), [*enumerate(questions()["instance_type"])])
def test_every_answer_makes_a_worker_that_can_be_deployed(
    number: int, instance_type: str, cloudflare_app: Path, tmp_path: Path
) -> None:
    deployment = ("cloudflare", "both")[number % 2]
    max_instances = ("1", "1000")[number // 2 % 2]
    answers = {"instance_type": instance_type, "max_instances": max_instances}
    project = generate(tmp_path, deployment=deployment, initialize_git="false", **answers)
    (project / "node_modules").symlink_to(cloudflare_app / "node_modules")
    wrangler = str(cloudflare_app / "node_modules/.bin/wrangler")
    options = ("--containers-rollout=none", "--assets", "docs")
    done = run(project, wrangler, "deploy", "--dry-run", *options)
    assert f"MAX_INSTANCES ({max_instances})" in done.stdout
    [container] = tomllib.loads((project / "wrangler.toml").read_text())["containers"]
    assert container["max_instances"] == int(max_instances)
    assert container["instance_type"] == instance_type


def test_the_page_is_named_as_answered(cloudflare_app: Path, tmp_path: Path) -> None:
    answers = {"project_name": '<Q&A> "it\'s" 100%', "description": '</title> & "more" %MODE%'}
    project = generate(tmp_path, initialize_git="false", **answers)
    for name in ("node_modules", "frontend/node_modules"):
        (project / name).symlink_to(cloudflare_app / name)
    run(project, "bun", "run", "build")
    page = (project / "dist/frontend/index.html").read_text()
    [title] = re.findall("<title>(.*)</title>", page)
    [description] = re.findall('<meta name="description" content="([^"]*)"', page)
    assert html.unescape(title) == answers["project_name"]
    assert html.unescape(description) == answers["description"]


def test_the_first_page_stays_light(cloudflare_app: Path, tmp_path: Path) -> None:
    project = generate(tmp_path, initialize_git="false")
    for name in ("node_modules", "frontend/node_modules"):
        (project / name).symlink_to(cloudflare_app / name)
    command = ("bun", str(ROOT / "bench/app/weight.ts"), str(project))
    weight = json.loads(run(project, *command).stdout)
    assert weight["script"] <= weight["floor"] + 4096, weight
    assert weight["css"] <= 6144, weight


def test_the_frontend_works_in_any_folder_and_environment(
    cloudflare_app: Path, tmp_path: Path
) -> None:
    project = tmp_path / "a folder (it's Jürgen's) & more" / "app"
    project.parent.mkdir()
    run(tmp_path, "cp", "-a", str(cloudflare_app), str(project))
    production = ("env", "NODE_ENV=production")
    run(project, *production, "bun", "run", "--cwd", "frontend", "test")
    run(project, *production, "bun", "run", "build")
    assert (project / "dist/frontend/index.html").exists()


def test_exported_variables_do_not_change_what_is_built(
    cloudflare_app: Path, tmp_path: Path
) -> None:
    project = generate(tmp_path, initialize_git="false")
    for name in ("node_modules", "frontend/node_modules"):
        (project / name).symlink_to(cloudflare_app / name)
    page = project / "frontend/src/main.tsx"
    page.write_text(page.read_text() + "\ndocument.title += import.meta.env.VITE_TITLE ?? '';\n")

    def build(**variables: str) -> dict[str, bytes]:
        exported = [f"{name}={value}" for name, value in variables.items()]
        run(project, "env", *exported, "bun", "run", "build:cloudflare-prod")
        folder = project / "dist/frontend-prod"
        return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    plain = build()
    assert build(NODE_ENV="development", VITE_USER_NODE_ENV="development", MODE="test") == plain
    assert build(VITE_TITLE="Mine", NODE_OPTIONS="--conditions=development") == plain
    assert build(BUN_OPTIONS="--define process.env.NODE_ENV='1'", BUN_ENV="development") == plain
