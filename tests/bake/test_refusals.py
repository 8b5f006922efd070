"""`pre_gen_project` refuses bad answers, all at once, and lets good ones pass."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from cookiecutter import __version__

from tests.hooks import ROOT, load, questions

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


def pairs(table: dict[str, list[object]]) -> list[tuple[str, object]]:
    return [(key, answer) for key, answers in table.items() for answer in answers]


@pytest.mark.parametrize(("key", "answer"), pairs(BAD))  # type: ignore[arg-type]
def test_a_bad_answer_is_refused_and_its_correction_passes(
    key: str, answer: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = load("pre_gen_project", tmp_path, **{key: answer})
    assert hook.main() == 1
    said = capsys.readouterr().err
    assert f"\n  {key} must be " in said
    assert repr(str(answer).strip()) in said
    [refusal] = hook.refusals()
    corrected = refusal.correction == "true" if key == "initialize_git" else refusal.correction
    assert load("pre_gen_project", tmp_path, **{key: corrected}).main() == 0


@pytest.mark.parametrize(("key", "answer"), pairs(GOOD))  # type: ignore[arg-type]
def test_a_good_answer_passes(
    key: str, answer: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if isinstance(answer, str):  # as cookiecutter would hand it over from its prompt
        answer = answer.replace("{", "{{'{'}}")
    assert load("pre_gen_project", tmp_path, **{key: answer}).main() == 0
    assert capsys.readouterr().err == ""


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
    asked = answer.replace("{{", "{{'{{'}}")  # cookiecutter renders answers, hooks only see them
    assert load(hook, tmp_path, description=f"x{asked}x").ANSWERS["description"] == f"x{answer}x"


def cookiecutter(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cookiecutter", *arguments, "--default-config"]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_all_bad_answers_are_named_at_once_and_the_command_given_works(tmp_path: Path) -> None:
    done = cookiecutter(
        str(ROOT), "--no-input", "project_name=", "project_slug=../a/b", "backend_port=80",
        "max_instances=none", "description=two\nlines", "initialize_git=no", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode != 0
    for key in ("project_name", "project_slug", "description", "backend_port", "max_instances"):
        assert f"  {key} must be " in done.stderr
    assert list(tmp_path.iterdir()) == []
    found = re.search(r"^  cookiecutter (.+)$", done.stderr, re.MULTILINE)
    assert found
    again = cookiecutter(*shlex.split(found[1]), cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a-b"]


def test_a_refusal_leaves_an_existing_project_alone(tmp_path: Path) -> None:
    kept = tmp_path / "my-app" / "mine.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    done = cookiecutter(str(ROOT), "--no-input", "-f", "backend_port=80", cwd=tmp_path)
    assert done.returncode != 0
    assert [path.name for path in kept.parent.iterdir()] == ["mine.txt"]


def test_the_corrected_command_keeps_checkout_and_output_folder(tmp_path: Path) -> None:
    hook = load(
        "pre_gen_project", tmp_path, backend_port="80", _checkout="v1", _output_dir="/else where"
    )
    words = shlex.split(hook.corrected_command(hook.refusals()))
    assert words[words.index("--checkout") + 1] == "v1"
    assert words[words.index("--output-dir") + 1] == "/else where"
    assert "backend_port=30001" in words


@pytest.mark.parametrize(
    ("version", "status"), [("2.6.0", 1), ("1.7.3", 1), ("2.7.0", 0), ("3.0", 0)]
)
def test_an_old_cookiecutter_is_told(
    version: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    hook = load("pre_gen_project", tmp_path)
    (tmp_path / f"cookiecutter-{version}.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert hook.main() == status
    assert ("pip install --upgrade" in capsys.readouterr().err) == bool(status)


def test_the_running_cookiecutter_is_recognised(tmp_path: Path) -> None:
    found = load("pre_gen_project", tmp_path).cookiecutter_version(sys.path)
    assert found == tuple(map(int, __version__.split(".")[:2]))


def test_defaults_and_choices_are_those_of_cookiecutter_json(tmp_path: Path) -> None:
    hook = load("pre_gen_project", tmp_path)
    asked = {key: value for key, value in questions().items() if not key.startswith("_")}
    assert list(hook.DEFAULTS) == list(asked)
    for key, value in asked.items():
        first = value[0] if isinstance(value, list) else value
        if key != "project_slug":
            assert hook.DEFAULTS[key] == (str(first).lower() if isinstance(first, bool) else first)
        if isinstance(value, list):
            assert hook.CHOICES[key] == tuple(value)
    labels = questions()["__prompts__"]
    for key in ("deployment", "instance_type"):
        assert list(labels[key])[1:] == asked[key]
    assert list(labels) == list(asked)
