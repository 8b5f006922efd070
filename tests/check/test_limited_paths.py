"""`config.limitedPaths` in package.json: which entries each side rejects."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.projects import attempt, generate

LIST = "config.limitedPaths in package.json"
FORM = 'Write a path such as "/stream", or a folder such as "/api/chat/*".'
WRONG = {
    '"/stream"': f'{LIST} is "/stream". Make it a list, such as ["/stream"].',
    "null": f'{LIST} is null. Make it a list, such as ["/stream"].',
    '["stream"]': f'{LIST} has "stream". {FORM}',
    "[7]": f"{LIST} has 7. {FORM}",
    '["/api/*/x"]': f'{LIST} has "/api/*/x". {FORM}',
    '["/api/x\\" {"]': f'{LIST} has "/api/x\\" {{". {FORM}',
    '["/chat"]': f'{LIST} has "/chat", which config.apiPaths does not cover. Add it there too.',
    '["/*"]': f'{LIST} has "/*". {FORM}',
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with both layouts, without packages."""
    return generate(tmp_path_factory.mktemp("limited"), deployment="both", initialize_git="false")


def run(project: Path, limited: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a script of a project whose list is this JSON."""
    manifest = project / "package.json"
    content = json.loads(manifest.read_text())
    content["config"]["limitedPaths"] = json.loads(limited)
    manifest.write_text(json.dumps(content))
    return attempt(project, "bun", *command)


@pytest.mark.parametrize(
    "command", [("scripts/doctor.ts", "config"), ("image/build.ts", "dist", "nginx")]
)
@pytest.mark.parametrize(("limited", "sentence"), WRONG.items())
def test_an_invalid_list_gives_one_sentence(
    command: tuple[str, ...], limited: str, sentence: str, project: Path
) -> None:
    done = run(project, limited, *command)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{sentence}\n")


def test_every_wrong_entry_is_named(project: Path) -> None:
    done = run(project, '["stream", "/env", "/chat"]', "scripts/doctor.ts", "config")
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("limited", "entries"),
    [
        ("[]", []),
        ('["/stream", "/api/v1.2"]', ["~^/stream$", r"~^/api/v1\.2$"]),
        ('["/api/chat/*"]', ["~^/api/chat(/|$)"]),
    ],
)
def test_a_valid_list_becomes_the_entries_of_a_map(
    limited: str, entries: list[str], project: Path
) -> None:
    assert run(project, limited, "scripts/doctor.ts", "config").returncode == 0
    (project / "dist").mkdir(exist_ok=True)
    done = run(project, limited, "image/build.ts", "dist", "nginx")
    assert done.returncode == 0, done.stderr
    written = (project / "nginx/limited-paths.conf").read_text()
    assert written.splitlines() == [f'"{entry}" $counted_client;' for entry in entries]
