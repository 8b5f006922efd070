"""Links, headings, commands, files, and settings in documents exist."""

import re
import shutil
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests import recipes
from tests.commands import wrong_commands, wrong_commands_by_file
from tests.projects import LAYOUTS, generate, run
from tools.generate import ROOT

ABOUT_ALL_LAYOUTS = ("docs/models.md", "docs/updating.md")
NO_FILES = ("openai/", "@cf/", "text/", "ghcr.io/", "CHANGELOG.md")
"""Prefixes of models, a media type, an image, and the template's own changelog."""
OF_OTHERS = {
    "OLLAMA_CONTEXT_LENGTH", "OLLAMA_NUM_PARALLEL",
    "HTTPS_PROXY", "HTTP_PROXY", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "UV_DEFAULT_INDEX",
    "E2E_URL", "ACCOUNT_ID", "NAME",
}  # fmt: skip
"""Variables of other programs, and placeholders."""
NOT_IN_GIT = (
    *(".env", ".npmrc", ".rej", "key.txt", "dist/", "node_modules", ".venv", ".dev.vars"),
    ".github/zizmor.yml",
)
"""Names that documents explain although no commit contains them."""
FORMER = {"worker/settings.ts", "worker/page.ts"}
"""Former names that docs/decisions explains."""
HISTORY = ("CHANGELOG.md",)
"""Documents that contain former names."""


@cache
def project(layout: str, folder: Path) -> Path:
    """Generate the project of a layout once."""
    return generate(folder / layout, deployment=layout, initialize_git="false")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the generated projects."""
    return tmp_path_factory.mktemp("documents")


def documents(root: Path) -> list[Path]:
    """List a repository's documents without recipes, which have their own tests."""
    found = (path for path in root.rglob("*.md") if not {"node_modules", "recipes"} & {*path.parts})
    return sorted(found)


def own_documents() -> list[Path]:
    """List this repository's own documents."""
    listed = run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md")
    names = [name for name in listed.stdout.splitlines() if "cookiecutter" not in name]
    return [ROOT / name for name in names if (ROOT / name).exists()]


def anchors(document: Path) -> set[str]:
    """List the anchors that GitHub gives to a document's headings."""
    headings = re.findall(r"^#+ (.*)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def wrong_links(document: Path) -> list[str]:
    """Find broken links within the repository."""
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8")):
        path, _, anchor = unquote(link).partition("#")
        target = document.parent / path if path else document
        if re.match(r"[a-z]+:|\.\./\.\./(security|actions)/", link):  # GitHub's own pages
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    return wrong


def wrong_targets(text: str, root: Path) -> list[str]:
    """Find commands of make that do not exist."""
    targets = (root / "Makefile").read_text()
    listed = {*re.findall(r"^([\w-]+):", targets, re.MULTILINE)}
    benches = re.findall(r"^BENCHES := (.*)$", targets, re.MULTILINE)[0].split()
    listed |= {f"bench-{name}" for name in benches}
    named = re.findall(r"`make ([\w-]+)|^make ([\w-]+)", text, re.MULTILINE)
    return [f"make {name}" for pair in named for name in pair if name and name not in listed]


def wrong_names(text: str, document: Path, root: Path) -> list[str]:
    """Find files, in code spans, that do not exist."""
    wrong = []
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    for name in re.findall(r"`([\w.@-]+(?:/[\w.@*{},-]+)*/?)`", prose):
        is_path = "/" in name or re.search(
            r"\.(?:md|tsx?|py|json|toml|yaml|yml|sh|css|conf|txt)$", name
        )
        if not is_path or name.endswith(NOT_IN_GIT) or name.startswith((*NOT_IN_GIT, *NO_FILES)):
            continue
        pattern = re.sub(r"\{(\w+),[^}]*\}", r"\1", name).rstrip("/")
        starts = (root, document.parent, root / "frontend")
        if not any(True for start in starts for _ in start.glob(pattern)):
            wrong.append(name)
    return wrong


def wrong_settings(text: str, root: Path) -> list[str]:
    """Find settings, in code, that appear only in documents."""
    named = {*re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`", text)}
    named |= {*re.findall(r"^([A-Z][A-Z0-9_]+)=", text, re.MULTILINE)}
    return sorted(named - OF_OTHERS - words(root))


@cache
def words(root: Path) -> frozenset[str]:
    """List the words in a project's files other than documents, in capitals."""
    kinds = (".ts", ".py", ".toml", ".sh", ".yaml", ".yml", ".conf", ".example", ".json", ".tsx")
    files = (path for path in root.rglob("*") if path.is_file())
    texts = (path.read_text("utf-8") for path in files if path.name.endswith(kinds))
    found = {word.upper() for text in texts for word in re.findall(r"\b[A-Za-z]\w+", text)}
    return frozenset(found)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_names_in_a_projects_documents_exist(layout: str, folder: Path) -> None:
    root = project(layout, folder)
    wrong: dict[str, list[str]] = {}
    for document in documents(root):
        name = document.relative_to(root).as_posix()
        text = document.read_text("utf-8")
        reference = project("both", folder) if name in ABOUT_ALL_LAYOUTS else root
        wrong[name] = wrong_links(document)
        wrong[name] += wrong_names(text, document, reference)
        wrong[name] += wrong_settings(text, reference)
    for recipe in root.glob("docs/recipes/*.md"):
        text = recipe.read_text("utf-8")
        wrong[recipe.name] = wrong_links(recipe)
    assert {name: found for name, found in wrong.items() if found} == {}
    assert wrong.keys() >= {"README.md", "AGENTS.md", "CONTRIBUTING.md", "docs/development.md"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_command_in_every_file_exists(layout: str, folder: Path) -> None:
    root = project(layout, folder)
    assert wrong_commands_by_file(root) == {}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_recipe_applies(layout: str, folder: Path, tmp_path: Path) -> None:
    root = project(layout, folder)
    for name in recipes.names(root):
        recipes.change_files(Path(shutil.copytree(root, tmp_path / name)), name)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_readme_is_two_screens(layout: str, folder: Path) -> None:
    assert len((project(layout, folder) / "README.md").read_text().splitlines()) <= 100


def test_the_templates_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 90


def test_names_in_this_repositorys_documents_exist() -> None:
    wrong: dict[str, list[str]] = {}
    for document in own_documents():
        text = document.read_text("utf-8")
        place = document.relative_to(ROOT).as_posix()
        wrong[place] = wrong_links(document)
        if place in HISTORY:
            continue
        own, generated = ROOT, ROOT / "{{cookiecutter.project_slug}}"
        names = {*wrong_names(text, document, own)} & {*wrong_names(text, document, generated)}
        places = {path.name for root in (own, generated) for path in root.iterdir()}
        names = {name for name in names if "/" in name and name.split("/")[0] in places}
        wrong[place] += sorted(names - FORMER)
        made = re.findall(r"make ([\w-]+)", "\n".join(re.findall(r"`[^`]*`|^make .*", text, re.M)))
        wrong[place] += wrong_targets("\n".join(f"`make {name}`" for name in made), own)
    assert {name: found for name, found in wrong.items() if found} == {}
    assert wrong.keys() >= {"README.md", "docs/decisions/worker.md", "CHANGELOG.md"}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[a](gone.md)", ["gone.md"]),
        ("[a](#gone)", ["#gone"]),
        ("[a](#here) [b](../README.md) [c](https://example.com)", []),
        ("`bun run gone` and `bun run --cwd e2e dev`", ["bun run gone", "bun run --cwd e2e dev"]),
        ("`bun scripts/gone.ts`", ["scripts/gone.ts"]),
        ("bun run preview", ["bun run preview"]),  # of which target?
        ("`bun run check backend gone:test` runs", ["bun run check gone:test"]),
        ("`bun run check` runs backend:gone", []),
        ("`backend/app/gone.py` and `gone.toml`", ["backend/app/gone.py", "gone.toml"]),
        ("`MODEL_NMAE` and `MODEL_NAME=x`", ["MODEL_NMAE"]),
    ],
)
def test_missing_names_are_found(text: str, wrong: list[str], folder: Path) -> None:
    root = project("both", folder)
    document = root / "docs" / "sample.md"
    document.write_text(f"# Here\n\n{text}\n")
    found = wrong_links(document) + wrong_commands(text, root)
    found += wrong_names(text, document, root) + wrong_settings(text, root)
    document.unlink()
    assert found == wrong


def test_the_pictures_of_the_readme_load_quickly() -> None:
    names = re.findall(r"!\[[^]]*\]\((docs/[^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert names
    assert sum((ROOT / name).stat().st_size for name in names) < 3_000_000


def test_each_fault_has_its_test() -> None:
    table = (ROOT / "bench/sturdiness.md").read_text("utf-8")
    named = {*re.findall(r"`(test_\w+)`", table)}
    files = re.findall(r"`(\S+\.tsx?)`", table)
    sources = (path.read_text("utf-8") for path in (ROOT / "tests/real").rglob("test_*.py"))
    assert named
    assert files
    assert all((ROOT / file).exists() for file in files)
    assert named <= {*re.findall(r"^def (test_\w+)\(", "\n".join(sources), re.MULTILINE)}
