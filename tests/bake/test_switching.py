"""`cruft update --variables-to-update` changes every answer later, and keeps what owners edited."""

import json
import re
from pathlib import Path

import pytest

from tests.commands import wrong_commands_by_file
from tests.projects import commit, cruft, generate_from, run, template_of_its_own

EDITS = {  # what owners write, after which text of which file
    "README.md": ("## Start\n", "\nAsk Jo for the key.\n"),
    "backend/app/answer.py": ('"""', "\nEdited.\n"),
    "frontend/src/App.tsx": ("\n", "// Edited.\n"),
    "package.json": ('  "scripts": {\n', '    "mine": "echo mine",\n'),
    ".env.example": ("MODEL_API_KEY=\n", "\n# Mine.\nMINE=\n"),
}
OWN = (
    "backend/app/client.py",
    "backend/app/mine.py",
    "deploy/prod/mine.yaml",
    "docs/notes.md",
    "frontend/src/image.ts",
    "worker/mine.ts",
)
"""Files of the owner's; some have names that begin like a layout's."""
EVERY_SWITCH = ("cloudflare", "both", "monolith", "both", "cloudflare", "monolith")
"""From `monolith`, each layout from each other one."""


def edit(project: Path) -> None:
    """Edit files as an owner does, and add some."""
    for name, (after, text) in EDITS.items():
        start, found, rest = (project / name).read_text("utf-8").partition(after)
        assert found, name
        (project / name).write_text(start + found + text + rest, "utf-8")
    for name in OWN:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("mine\n")


def contents(project: Path) -> dict[str, bytes]:
    """Read the files that git would commit, without the link that differs."""
    listed = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
    names = {name for name in run(project, *listed).stdout.split() if name != ".cruft.json"}
    return {name: (project / name).read_bytes() for name in names if (project / name).exists()}


def change(project: Path, **answers: str) -> str:
    """Change answers by the documented command, unattended."""
    given = ("--variables-to-update", json.dumps(answers))
    return cruft(project, "update", "--skip-apply-ask", *given)


def test_every_layout_becomes_every_other_with_edits_kept(tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    project = generate_from(template, tmp_path, deployment="monolith")
    edit(project)
    commit(project)
    expected: dict[str, dict[str, bytes]] = {}
    for layout in EVERY_SWITCH:
        said = change(project, deployment=layout)
        if layout not in expected:
            fresh = generate_from(template, tmp_path / layout, deployment=layout)
            edit(fresh)
            expected[layout] = contents(fresh)
        found = contents(project)
        assert found.keys() == expected[layout].keys(), said
        assert [name for name in found if found[name] != expected[layout][name]] == [], said
        assert wrong_commands_by_file(project) == {}
        commit(project)


@pytest.mark.parametrize(
    "answers",
    [
        {"backend_port": "31000"},
        {"instance_type": "standard-2", "max_instances": "9"},
        {"project_name": "Shop", "project_slug": "shop", "description": "Sells things."},
    ],
    ids=str,
)
def test_every_answer_is_changed_with_edits_kept(answers: dict[str, str], tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    project = generate_from(template, tmp_path, deployment="both")
    edit(project)
    commit(project)
    said = change(project, **answers)
    fresh = generate_from(template, tmp_path / "fresh", deployment="both", **answers)
    edit(fresh)
    assert contents(project) == contents(fresh), said


def edit_wrangler(project: Path) -> None:
    """Edit a file that only one layout has."""
    settings = project / "wrangler.toml"
    settings.write_text(settings.read_text().replace("AFTER_SECONDS = 600", "AFTER_SECONDS = 60"))


def test_an_edited_file_of_the_old_layout_stays(tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    project = generate_from(template, tmp_path, deployment="both")
    edit_wrangler(project)
    commit(project)
    change(project, deployment="monolith")
    found = contents(project)
    assert b"AFTER_SECONDS = 60 " in found.pop("wrangler.toml")
    assert found == contents(generate_from(template, tmp_path / "fresh", deployment="monolith"))


def test_an_edited_file_that_is_deleted_first_stops_no_merge(tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    project = generate_from(template, tmp_path, deployment="both")
    edit(project)
    edit_wrangler(project)
    commit(project)
    (project / "wrangler.toml").unlink()
    commit(project)
    change(project, deployment="monolith")
    fresh = generate_from(template, tmp_path / "fresh", deployment="monolith")
    edit(fresh)
    assert contents(project) == contents(fresh)


def test_a_file_of_the_users_where_a_new_layout_has_one_is_kept(tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    project = generate_from(template, tmp_path, deployment="monolith")
    (project / "worker").mkdir()
    (project / "worker" / "index.ts").write_text("mine\n")
    commit(project)
    said = change(project, deployment="both")
    assert "U worker/index.ts" in said  # git leaves both texts, for the user to merge
    assert "\nmine\n" in (project / "worker" / "index.ts").read_text()


def test_a_bad_answer_changes_nothing(tmp_path: Path) -> None:
    template = template_of_its_own(tmp_path / "template")
    project = generate_from(template, tmp_path, deployment="both", max_instances="9")
    before = contents(project)
    said = change(project, backend_port="80")
    assert contents(project) == before
    [command] = re.findall(r"cruft update --variables-to-update '(.*)'", said)
    corrected = json.loads(command)
    assert (corrected["backend_port"], corrected["max_instances"]) == ("30001", "9")
    assert change(project, **corrected)
    assert contents(project) == before
