"""Generation: the exact files of each layout, and the places of every answer."""

import filecmp
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_cookies.plugin import Cookies

from tests.projects import LAYOUTS, NEEDS_POSIX, attempt, environment, generate, run, template
from tests.rendered_hook import ROOT, default_answers, load, questions

TREES = Path(__file__).parent / "trees"
HOSTILE = 'O\'Neil & "Söhne" <b>${HOME}`id`$(id) \\ {{"{{"}} 7*7 }} 日本'


def files(project: Path) -> list[str]:
    """List a project's files, without its repository."""
    names = (path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file())
    return sorted(name for name in names if not name.startswith(".git/"))


def texts(project: Path) -> dict[str, str]:
    """Read a project's text files."""
    binary = (".png", ".ico")
    return {
        name: (project / name).read_text("utf-8")
        for name in files(project)
        if not name.endswith(binary)
    }


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_the_tree_of_a_layout_is_exactly_this(deployment: str, tmp_path: Path) -> None:
    project = generate(tmp_path, deployment=deployment, initialize_git="false")
    assert files(project) == (TREES / f"{deployment}.txt").read_text().splitlines()
    empty = [path for path in project.rglob("*") if path.is_dir() and not any(path.iterdir())]
    assert empty == []


def test_both_is_the_two_layouts_side_by_side(tmp_path: Path) -> None:
    both, cloudflare, monolith = (
        set((TREES / f"{deployment}.txt").read_text().splitlines())
        for deployment in ("both", "cloudflare", "monolith")
    )
    assert both == cloudflare | monolith
    owned = load("post_gen_project", tmp_path).OWNED
    for layout, only in (("cloudflare", both - monolith), ("monolith", both - cloudflare)):
        for name in only:
            assert any(is_below(name, path) for path in owned[layout].split()), name
        for path in owned[layout].split():
            assert any(is_below(name, path) for name in only), path
            assert not any(is_below(name, path) for name in both - only), path


def is_below(name: str, path: str) -> bool:
    """Return whether a path is a file or a folder that contains it."""
    return f"{name}/".startswith(f"{path}/")


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_nothing_is_left_unrendered_and_everything_parses(deployment: str, tmp_path: Path) -> None:
    project = generate(tmp_path, deployment=deployment, initialize_git="false")
    for name, text in texts(project).items():
        if name != ".cruft.json":
            assert "cookiecutter" not in text.lower(), name
        assert not re.search(r"\{%|(?<!\$)\{\{", text) or name.endswith((".tsx", ".yaml")), name
        assert text.endswith("\n"), name
        assert "\r" not in text, name
        parse(name, text)


def parse(name: str, text: str) -> None:
    """Parse a file by its extension."""
    match Path(name).suffix:
        case ".json" if not name.endswith(("tsconfig.json", "launch.json")):
            json.loads(text)
        case ".toml":
            tomllib.loads(text)
        case ".yml" | ".yaml":
            list(yaml.safe_load_all(text))


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_no_layout_speaks_of_the_other(deployment: str, tmp_path: Path) -> None:
    project = generate(tmp_path, deployment=deployment, initialize_git="false")
    foreign = {
        "cloudflare": r"monolith|nginx",
        "monolith": r"cloudflare(?!_)|wrangler(?!_)|worker/",
        "both": r"$^",
    }
    allowed = (
        "backend/",
        "docs/",
        "e2e/",
        "bun.lock",
        "frontend/src/api",
        "openapi.json",
        ".cruft.json",
    )
    for name, text in texts(project).items():
        if not name.startswith(allowed):
            assert not re.search(foreign[deployment], text, re.IGNORECASE), name


def test_every_image_has_the_same_python(tmp_path: Path) -> None:
    project = generate(tmp_path, deployment="both", initialize_git="false")
    bases = {
        name: set(re.findall(r"^FROM (python:\S+)", text, re.MULTILINE))
        for name, text in texts(project).items()
        if "Dockerfile" in name
    }
    with_python = {name: found for name, found in bases.items() if found}
    assert with_python.keys() == {".devcontainer/Dockerfile", "Dockerfile", "Dockerfile-cloudflare"}
    assert len(set.union(*with_python.values())) == 1


def test_the_port_reaches_every_place(tmp_path: Path) -> None:
    project = generate(tmp_path, deployment="both", backend_port="31234", initialize_git="false")
    assert json.loads((project / "package.json").read_text())["config"]["backendPort"] == 31234
    assert "EXPOSE 31234" in (project / "Dockerfile-cloudflare").read_text()
    assert "BACKEND_PORT=31234" in (project / "Dockerfile").read_text()
    assert not [
        n
        for n, text in texts(project).items()
        if "30001" in text and not n.endswith((".lock", ".txt"))
    ]


def test_the_cloudflare_answers_reach_wrangler(tmp_path: Path) -> None:
    answers = {"max_instances": "17", "instance_type": "standard-2", "project_slug": "shop"}
    project = generate(tmp_path, **answers, initialize_git="false")
    wrangler = tomllib.loads((project / "wrangler.toml").read_text())
    assert wrangler["name"] == "shop"
    [container] = wrangler["containers"]
    assert container["max_instances"] == 17
    assert container["instance_type"] == "standard-2"


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_hostile_answers_are_data(deployment: str, tmp_path: Path) -> None:
    answers = {"project_name": HOSTILE, "description": HOSTILE, "project_slug": "hostile"}
    project = generate(tmp_path, deployment=deployment, **answers)
    expected = HOSTILE.replace('{{"{{"}}', "{{")
    manifest: dict[str, Any] = json.loads((project / "package.json").read_text())
    assert manifest["displayName"] == manifest["description"] == expected
    assert manifest["name"] == "hostile"
    for name, text in texts(project).items():
        parse(name, text)
    assert (
        json.loads((project / ".cruft.json").read_text())["context"]["cookiecutter"]["project_name"]
        == expected
    )


def test_identical_answers_give_identical_bytes(tmp_path: Path) -> None:
    first, second = (
        generate(tmp_path / str(n), deployment="both", initialize_git="false") for n in range(2)
    )
    names = files(first)
    assert names == files(second)
    assert filecmp.cmpfiles(first, second, names, shallow=False) == (names, [], [])


def test_blanks_around_answers_are_trimmed(tmp_path: Path) -> None:
    project = generate(
        tmp_path, project_name="  Spaced  ", project_slug=" spaced ", backend_port=" 31000 "
    )
    manifest = json.loads((project / "package.json").read_text())
    assert (project.name, manifest["displayName"]) == ("spaced", "Spaced")
    assert manifest["config"]["backendPort"] == 31000


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("My App", "my-app"),
        ("3D Viewer", "app-3d-viewer"),
        ("!!!", "app"),
        ("a" * 80, "a" * 57),
        ("Ünï", "uni"),
    ],
)
def test_the_short_name_comes_from_the_name(name: str, slug: str, tmp_path: Path) -> None:
    assert generate(tmp_path, project_name=name, initialize_git="false").name == slug


def test_prompts_are_answered_by_a_person(tmp_path: Path) -> None:
    typed = "Shop\n\nSells things.\n2\n31000\n\n\nn\n"
    done = subprocess.run(
        [sys.executable, "-m", "cookiecutter", str(ROOT)],
        input=typed, cwd=tmp_path, env=environment() | {"PWD": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for label in ("Name of the app", "monolith: one Docker image", "basic: 1/4 vCPU"):
        assert label in done.stdout
    assert done.stdout.endswith("Shop is ready:\n\n  cd shop\n  bun install\n  bun run dev\n\n")
    manifest = json.loads((tmp_path / "shop" / "package.json").read_text())
    assert manifest["config"]["backendPort"] == 31000
    assert (tmp_path / "shop" / "Dockerfile").exists()
    assert not (tmp_path / "shop" / ".git").exists()


def test_every_choice_is_baked(cookies: Cookies) -> None:
    for key, value in questions().items():
        if isinstance(value, list) and not key.startswith("_"):
            for choice in value:
                result = cookies.bake(extra_context={key: choice, "initialize_git": "false"})
                assert result.exception is None
                assert result.context[key] == choice
                if key == "instance_type":
                    wrangler = tomllib.loads((result.project_path / "wrangler.toml").read_text())
                    assert wrangler["containers"][0]["instance_type"] == choice


@pytest.mark.parametrize("deployment", LAYOUTS)
def test_the_first_commit_holds_everything(deployment: str, tmp_path: Path) -> None:
    project = generate(tmp_path, deployment=deployment)
    assert run(project, "git", "status", "--porcelain").stdout == ""
    assert run(project, "git", "rev-list", "--count", "HEAD").stdout == "1\n"
    assert run(project, "git", "branch", "--show-current").stdout == "main\n"
    assert run(project, "git", "ls-files").stdout.splitlines() == files(project)


def test_modules_among_the_temporary_files_stay_out_of_the_hooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers = tmp_path / "temporary"
    strangers.mkdir()
    for name in ("json", "shlex", "subprocess", "selectors"):
        (strangers / f"{name}.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.setenv("TMPDIR", str(strangers))
    assert (generate(tmp_path / "output") / ".cruft.json").exists()
    refused = attempt(
        tmp_path, sys.executable, "-m", "cookiecutter", str(ROOT), "--no-input", "backend_port=80"
    )
    assert "backend_port must be" in refused.stderr


def test_a_name_that_the_terminal_cannot_show_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    project = generate(tmp_path, project_name="日本", project_slug="nihon")
    assert (project / "README.md").read_text("utf-8").startswith("# 日本\n")


@pytest.mark.parametrize("folder", [ROOT, ROOT / "{{cookiecutter.project_slug}}"])
def test_actions_are_pinned_by_commit(folder: Path) -> None:
    for file in (folder / ".github").rglob("*.yml"):
        for line in file.read_text().splitlines():
            if "uses:" in line and "uses: $/" not in line:  # an action of the same commit
                assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_every_hook_is_short() -> None:
    for hook in (ROOT / "hooks").glob("*.py"):
        assert len(hook.read_text().splitlines()) <= 120, hook.name


def test_numbers_in_a_replay_file_are_answers(tmp_path: Path) -> None:
    numbers = {"backend_port": 31000, "max_instances": 7, "project_name": 2026, "description": 1}
    replay = tmp_path / "replay.json"
    replay.write_text(json.dumps({"cookiecutter": default_answers() | numbers}))
    command = (sys.executable, "-m", "cookiecutter", str(template()))
    run(tmp_path, *command, "--replay-file", str(replay))
    manifest = json.loads((tmp_path / "my-app" / "package.json").read_text())
    assert manifest["config"]["backendPort"] == 31000
    assert (manifest["displayName"], manifest["description"]) == ("2026", "1")


@NEEDS_POSIX
def test_a_strict_umask_keeps_others_out_and_changes_no_mode_in_git(tmp_path: Path) -> None:
    usual = generate(tmp_path / "usual")
    before = os.umask(0o077)
    try:
        strict = generate(tmp_path / "strict")
    finally:
        os.umask(before)
    listed = [run(project, "git", "ls-files", "--stage").stdout for project in (usual, strict)]
    modes = [[line.split()[0] for line in lines.splitlines()] for lines in listed]
    assert modes[0] == modes[1]
    for name in files(strict):
        owner = (usual / name).stat().st_mode & 0o700
        assert (strict / name).stat().st_mode & 0o700 == owner, name
