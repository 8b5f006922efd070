"""`pre_gen_project` rejects invalid answers, all at once, and accepts valid ones."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import attempt, run, template
from tests.rendered_hook import ROOT, load, questions

BAD = {
    "project_name": ["", "a\nb", "x" * 81, "bell\a", "right-to-left \u202e override"],
    "project_slug": [
        "",
        "My App",
        "1app",
        "-app",
        "app-",
        "a--b",
        "a/b",
        "../app",
        "a" * 58,
        "ä",
        "frontend",
    ],
    "description": ["", "two\nlines", "x" * 201, "tab\there"],
    "backend_port": [
        "80",
        "1023",
        "65536",
        "30001x",
        "",
        "5173",
        "8787",
        "8080",
        "\uff19\uff10\uff10\uff10",
        "1e4",
        "-30001",
        "030001",
        "0" * 5000,
    ],
    "max_instances": ["0", "1001", "-1", "3.5", "three", "", "03"],
    "deployment": ["heroku", ""],
    "instance_type": ["huge"],
    "initialize_git": ["perhaps"],
}
GOOD = {
    "project_name": ["x", "x" * 80, "O'Neil & “Söhne” <b> \\ $HOME `id` ünï 日本", '"quoted"'],
    "project_slug": ["a", "a1", "my-app-2", "a" * 57, "react"],
    "description": ["x", 'It\'s "quoted" & <b>, {{ not jinja }} {% nor this %} \\'],
    "backend_port": ["1024", "65535", " 31000 "],
    "max_instances": ["1", "1000", " 7 "],
    "deployment": ["cloudflare", "monolith", "both"],
    "instance_type": ["lite", "standard-4"],
    "initialize_git": [True, False],
}


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty folder in which cookiecutter runs the hook."""
    folder = tmp_path / "output" / "my-app"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def pairs(table: dict[str, list[object]]) -> list[tuple[str, object]]:
    return [(key, answer) for key, answers in table.items() for answer in answers]


@pytest.mark.parametrize(("key", "answer"), pairs(BAD))  # type: ignore[arg-type]
@pytest.mark.usefixtures("target")
def test_an_invalid_answer_is_rejected_and_its_correction_passes(
    key: str, answer: object, tmp_path: Path
) -> None:
    hook = load("pre_gen_project", tmp_path, **{key: answer})
    said = hook.problem()
    assert f"\n  {key} must be " in said
    assert repr(str(answer).strip()) in said
    [(_, _, _, correction)] = hook.refusals()
    corrected = correction == "true" if key == "initialize_git" else correction
    assert load("pre_gen_project", tmp_path, **{key: corrected}).problem() == ""


@pytest.mark.parametrize(("key", "answer"), pairs(GOOD))  # type: ignore[arg-type]
@pytest.mark.usefixtures("target")
def test_a_good_answer_passes(key: str, answer: object, tmp_path: Path) -> None:
    if isinstance(answer, str):  # as cookiecutter passes it on from its prompt
        answer = answer.replace("{", "{{'{'}}")
    assert load("pre_gen_project", tmp_path, **{key: answer}).problem() == ""


@pytest.mark.parametrize("hook", ["pre_gen_project", "post_gen_project"])
@pytest.mark.parametrize(
    "answer",
    [
        '"""',
        "'''",
        "\\",
        '\\"',
        "a\nb\u2028",
        "{{ 1 + 1 }}",
        "日本 🎉",
        "\x00",
        "'; exit()  #",
        "%s {0}",
    ],
)
def test_no_answer_becomes_code(hook: str, answer: str, tmp_path: Path) -> None:
    asked = answer.replace("{{", "{{'{{'}}")  # cookiecutter renders answers before hooks
    assert load(hook, tmp_path, description=f"x{asked}x").ANSWERS["description"] == f"x{answer}x"


def cookiecutter(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cookiecutter", *arguments]
    return attempt(cwd, *command)


def test_all_invalid_answers_are_named_and_the_corrected_command_works(tmp_path: Path) -> None:
    done = cookiecutter(
        str(ROOT), "--no-input", "project_name=", "project_slug=../a/b", "backend_port=80",
        "max_instances=none", "description=two\nlines", "initialize_git=no", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode != 0
    for key in ("project_name", "project_slug", "description", "backend_port", "max_instances"):
        assert f"  {key} must be " in done.stderr
    assert list(tmp_path.iterdir()) == []
    [command] = re.findall(r"^  (.*cookiecutter .+)$", done.stderr, re.MULTILINE)
    run(tmp_path, "sh", "-c", f"{command}")
    assert [path.name for path in tmp_path.iterdir()] == ["a-b"]


def test_the_corrected_command_keeps_checkout_and_output_folder(
    tmp_path: Path, target: Path
) -> None:
    hook = load("pre_gen_project", tmp_path, backend_port="80", _checkout="v1")
    words = shlex.split(hook.corrected_command(hook.refusals()))
    assert words[words.index("--checkout") + 1] == "v1"
    assert words[words.index("--output-dir") + 1] == str(target.parent)
    assert "backend_port=30001" in words


@pytest.mark.parametrize(
    ("start", "command"),
    [
        (("/home/me/venv", "/home/me/venv/bin/cookiecutter", True), ["cookiecutter"]),
        (("/home/me/venv", "/bin/python3", False), [sys.executable, "-m", "cookiecutter"]),
        (("/home/me/.local/share/uv/tools/cookiecutter", "", True), ["cookiecutter"]),
        (("/home/me/.cache/uv/archive-v0/TCoX7riPqZNT", "", True), ["uvx", "cookiecutter"]),
        (("/home/me/.cache/pipx/3127b19ae453605", "", False), ["pipx", "run", "cookiecutter"]),
        (("/home/me/.local/pipx/.cache/3127b19ae", "", False), ["pipx", "run", "cookiecutter"]),
        (("/home/me/.local/share/pipx/venvs/cookiecutter", "", True), ["cookiecutter"]),
        (("/x/uv/archive-v0/x", "/usr/bin/pipx", True), ["pipx", "run", "cookiecutter"]),
    ],
)
@pytest.mark.usefixtures("target")
def test_the_corrected_command_starts_as_the_refused_one_did(
    start: tuple[str, str, bool],
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prefix, started_by, is_on_path = start
    hook = load("pre_gen_project", tmp_path, backend_port="80")
    monkeypatch.setattr(sys, "prefix", prefix)
    monkeypatch.setenv("_", started_by)
    monkeypatch.setattr(hook.shutil, "which", lambda name: name if is_on_path else None)
    words = shlex.split(hook.corrected_command(hook.refusals()))
    assert words[: len(command) + 1] == [*command, str(ROOT)]


def test_the_corrected_command_of_cruft_works(tmp_path: Path) -> None:
    create = [sys.executable, "-m", "cruft", "create", str(template()), "--no-input"]
    answers = json.dumps({"backend_port": "80", "project_name": "It's"})
    refused = attempt(tmp_path, *create, "--extra-context", answers)
    assert refused.returncode != 0
    [command] = re.findall(r"^  (.* create .+)$", refused.stderr, re.MULTILINE)
    run(tmp_path, "sh", "-c", command)
    context = json.loads((tmp_path / "it-s" / ".cruft.json").read_text())["context"]
    assert context["cookiecutter"]["backend_port"] == "30001"
    assert context["cookiecutter"]["project_name"] == "It's"


@pytest.mark.usefixtures("target")
def test_an_old_cookiecutter_is_reported(tmp_path: Path) -> None:
    hook = load("pre_gen_project", tmp_path)
    hook.ANSWERS["__prompts__"] = {"project_name": "Its name"}
    assert hook.problem().startswith("This template needs cookiecutter 2.3 or later")


@pytest.mark.usefixtures("target")
def test_corrections_and_choices_match_cookiecutter_json(tmp_path: Path) -> None:
    bad = {"project_name": "", "description": "", "backend_port": "", "max_instances": ""}
    bad |= {"deployment": "", "instance_type": "", "initialize_git": ""}
    hook = load("pre_gen_project", tmp_path, **bad)
    rules = {key: (rule, correction) for key, _, rule, correction in hook.refusals()}
    for key, value in questions().items():
        if key in bad:
            offered = value if isinstance(value, list) else [value]
            first = str(offered[0]).lower() if isinstance(value, bool) else offered[0]
            assert rules[key][1] == first
        if isinstance(value, list) and key in bad:
            assert rules[key][0] == f"one of {', '.join(value)}"
    labels = questions()["__prompts__"]
    for key in ("deployment", "instance_type"):
        assert list(labels[key])[1:] == questions()[key]
    assert list(labels) == [key for key in questions() if not key.startswith("_")]
